package language

import (
	"crypto/sha256"
	"sync"

	"outturn/contracts"
)

// Documents decodes contracts, and holds those that it decoded last: they are never changed, and the same are asked for again and
// again. It may be used by several goroutines at once; its zero value holds none.
type Documents struct {
	mu   sync.Mutex
	read map[[sha256.Size]byte]*contracts.Contract
}

// documentsMax is how many contracts are held decoded.
const documentsMax = 64

// Decode is the package's Decode. A contract that was decoded before, under whatever name, is the same again.
func (d *Documents) Decode(name string, document []byte) (*contracts.Contract, error) {
	digest := sha256.Sum256(document)
	d.mu.Lock()
	c := d.read[digest]
	d.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := Decode(name, document)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.read == nil || len(d.read) >= documentsMax {
		d.read = map[[sha256.Size]byte]*contracts.Contract{}
	}
	d.read[digest] = c
	return c, nil
}
