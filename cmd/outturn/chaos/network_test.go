package chaos_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// network is a bad one: what goes through it to an address is held up, cut off after some bytes, or torn down, either way.
type network struct {
	to     string
	mu     sync.Mutex
	random *rand.Rand

	through, cut, torn atomic.Int64 // connections that were left whole, that were cut off, and that were torn down
}

// newNetwork listens where the bad network is entered, until the test ends.
func newNetwork(t *testing.T, to string, seed uint64) (n *network, address string) {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n = &network{to: to, random: rand.New(rand.NewPCG(seed, 3))}
	ctx, stop := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			from, err := on.Accept()
			if err != nil {
				return
			}
			wait.Go(func() { n.carry(ctx, from.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() {
		stop()
		on.Close()
		wait.Wait()
	})
	return n, on.Addr().String()
}

// fate is what becomes of a connection: how many bytes go through each way, how long they are held up, and how it ends.
type fate struct {
	most  int64
	delay time.Duration
	tears bool
}

const whole = 1 << 40

func (n *network) fate() fate {
	n.mu.Lock()
	defer n.mu.Unlock()
	f := fate{most: whole, delay: time.Duration(n.random.IntN(4)) * time.Millisecond}
	if n.random.IntN(3) == 0 {
		f.most, f.tears = int64(n.random.IntN(1500)), n.random.IntN(2) == 0
	}
	return f
}

// carry takes one connection through.
func (n *network) carry(ctx context.Context, from *net.TCPConn) {
	f := n.fate()
	to, err := (&net.Dialer{}).DialContext(ctx, "tcp", n.to)
	if err != nil {
		from.Close()
		return
	}
	end := func() {
		if f.tears {
			_ = from.SetLinger(0) // the other end is told that the connection was reset
		}
		from.Close()
		to.Close()
	}
	defer context.AfterFunc(ctx, end)()
	time.Sleep(f.delay)
	over := make(chan bool, 2)
	pass := func(into io.Writer, out io.Reader) {
		sent, _ := io.CopyN(into, out, f.most) // however it ends, it is over
		over <- sent == f.most
	}
	go pass(to, from)
	go pass(from, to)
	ended := <-over
	end()
	ended = <-over || ended
	switch {
	case !ended:
		n.through.Add(1)
	case f.tears:
		n.torn.Add(1)
	default:
		n.cut.Add(1)
	}
}
