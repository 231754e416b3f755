package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// A request on its way: who sends it, under which key, and its body. A body that changes something is read to its end
// before anything is done, so that it has a digest and can be read twice; a large one lies in a file without a name.

// request is what the middleware learned of a request.
type request struct {
	op        *huma.Operation
	may       permission
	caller    Person
	key       string // idempotency key
	digest    [32]byte
	id        string
	at        time.Time
	body      *spool
	operation string
}

type requestKey struct{}

// requestOf returns the request that a handler works for.
func requestOf(ctx context.Context) *request {
	r, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		panic("api: a handler outside a request")
	}
	return r
}

// act is the request as the store records it.
func (r *request) act(contract string) Act {
	return Act{Operation: r.operation, Contract: contract, Key: r.key, Digest: r.digest, RequestID: r.id, At: r.at}
}

// The limits of bodies, in bytes.
const (
	bodyBytesMax     = 1 << 20 // a JSON body
	documentBytesMax = 8 << 20 // a contract
	memoryBytesMax   = 1 << 20 // of a body that is held in memory; the rest goes to a file
)

// errTooLarge says that a body has more bytes than its operation takes.
var errTooLarge = errors.New("too large")

// spool is a body that was read to its end.
type spool struct {
	small []byte
	file  *os.File
	size  int64
}

// readSpool reads a body of at most limit bytes, adding it to a digest on the way.
func readSpool(from io.Reader, limit int64, dir string, sum hash.Hash) (s *spool, err error) {
	s = &spool{}
	from = io.TeeReader(io.LimitReader(from, limit+1), sum)
	s.small, err = io.ReadAll(io.LimitReader(from, memoryBytesMax))
	if err != nil {
		return nil, err
	}
	if s.size = int64(len(s.small)); s.size == memoryBytesMax {
		if s.file, err = os.CreateTemp(dir, "outturn-body-*"); err != nil {
			return nil, err
		}
		// Where the system allows it the name goes at once, so that a killed process leaves nothing behind.
		_ = os.Remove(s.file.Name())
		rest, err := io.Copy(s.file, io.MultiReader(bytes.NewReader(s.small), from))
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.size, s.small = rest, nil
	}
	if s.size > limit {
		return nil, errors.Join(errTooLarge, s.close())
	}
	return s, nil
}

// open reads the body from its beginning.
func (s *spool) open() io.ReadCloser {
	if s.file == nil {
		return io.NopCloser(bytes.NewReader(s.small))
	}
	return io.NopCloser(io.NewSectionReader(s.file, 0, s.size))
}

// bytes returns a body that is known to be small enough to hold.
func (s *spool) bytes() ([]byte, error) {
	if s.file == nil {
		return s.small, nil
	}
	return io.ReadAll(s.open())
}

func (s *spool) close() error {
	if s == nil || s.file == nil {
		return nil
	}
	err := s.file.Close()
	if removing := os.Remove(s.file.Name()); removing != nil && !errors.Is(removing, os.ErrNotExist) {
		err = errors.Join(err, removing)
	}
	return err
}

// digestOf begins the digest of a request with what stands before its body.
func digestOf(method, target, contentType string) hash.Hash {
	sum := sha256.New()
	io.WriteString(sum, method+"\n"+target+"\n"+contentType+"\n")
	return sum
}

// writes reports whether a method changes something unless its operation says otherwise.
func writes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}
