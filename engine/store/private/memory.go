package private

import (
	"math"
	"os"
	"strconv"
	"strings"
)

// What a server may hold of its files in memory of its own, in MiB. It takes no more than it has read.
const (
	buffersLeast = 128 // PostgreSQL's own default
	buffersMost  = 2048
)

// buffers is how much that is: a quarter of the machine's memory, as PostgreSQL's manual advises, or of what the program's group may
// have of it. Each is read from a file; where there is none, it is the least.
func buffers(machine, group string) int {
	memory := min(total(machine), limit(group))
	if memory == math.MaxInt64 {
		return buffersLeast
	}
	return int(max(buffersLeast, min(memory>>22, buffersMost)))
}

// total reads a machine's memory, in bytes, from how Linux tells it.
func total(file string) int64 {
	b, _ := os.ReadFile(file) // elsewhere there is none
	for line := range strings.Lines(string(b)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			if n, err := strconv.ParseInt(fields[1], 10, 53); err == nil {
				return n << 10
			}
		}
	}
	return math.MaxInt64
}

// limit reads what a group of processes may have.
func limit(file string) int64 {
	b, _ := os.ReadFile(file)
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil { // there is no group, or no limit
		return math.MaxInt64
	}
	return n
}
