package evidence

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"outturn/contracts/calendar"
)

// kept is roots as a test has them.
type (
	kept   map[string]keptAs
	keptAs struct {
		leaf    Digest
		until   calendar.Date
		settled []byte
	}
)

func (k kept) list(names ...string) (list Roots) {
	slices.Sort(names)
	for _, name := range names {
		one := k[name]
		list = list.Append([]byte(name), one.leaf[:], one.until, one.settled)
	}
	return list
}

// tree is the digest of a snapshot with these roots.
func (k kept) tree(whole Digest) Digest {
	var root Root
	root.Add(whole)
	for _, name := range slices.Sorted(maps.Keys(k)) {
		root.Add(k[name].leaf)
	}
	return root.Sum()
}

// Whatever was kept of whichever roots, and whichever changed, by the index the same are found, and the same tree comes out, as by
// going over all.
func TestIndexFindsWhatGoingOverAllDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 2026))
	whole := UnitDigest([]byte("whole"))
	untouched, shifted := 0, 0
	for round := range 1000 {
		n := 1 + random.IntN(200)
		now := kept{}
		change := func(name string) {
			now[name] = keptAs{UnitDigest([]byte(fmt.Sprint(name, random.Uint64()))), calendar.Date(100 + random.IntN(50)), fmt.Append(nil, name)[:random.IntN(3)]}
		}
		name := func() string { return fmt.Sprintf("\x01%03d", random.IntN(2*n)) }
		for range n {
			change(name())
		}
		lists := []Roots{now.list(slices.Collect(maps.Keys(now))...)}
		for range random.IntN(3) { // kept later: others, and some that are new
			later := map[string]bool{}
			for range random.IntN(5) {
				one := name()
				change(one)
				later[one] = true
			}
			lists = append(lists, now.list(slices.Collect(maps.Keys(later))...))
		}
		x, err := NewIndex(lists)
		if err != nil || x.Roots != len(now) || len(x.Blocks) != len(now)/16+1 {
			t.Fatalf("%d roots, %d in the index, in %d blocks: %v", len(now), x.Roots, len(x.Blocks), err)
		}
		if again, err := ReadIndex(x.Bytes()); err != nil || !reflect.DeepEqual(again, x) {
			t.Fatalf("the index is read back otherwise: %v", err)
		}

		told, isNew := map[string]bool{}, false
		for range random.IntN(4) {
			one := slices.Sorted(maps.Keys(now))[random.IntN(len(now))]
			if random.IntN(20) == 0 {
				one = name()
			}
			_, there := now[one]
			isNew = isNew || !there
			told[one] = true
		}
		changed := kept{}.list(slices.Collect(maps.Keys(told))...)
		through := calendar.Date(98 + random.IntN(6))
		touched, marked, err := x.Touched(changed, through)
		if err != nil {
			t.Fatal(err)
		}
		untouched += len(touched) - marked
		var base Roots
		for _, s := range x.Stretches(touched) {
			base = append(base, lists[0][s[0]:s[1]]...)
		}
		near := append([]Roots{base}, lists[1:]...)
		var gaps []string
		tree, err := x.Tree(touched, near, func(r *RootAt) (bool, error) {
			is := !told[string(r.Name)] && r.Until >= through
			if !is {
				gaps = append(gaps, string(r.Name))
			}
			if !bytes.Equal(r.Settled, now[string(r.Name)].settled) {
				t.Fatalf("round %d: of %q is settled %q", round, r.Name, r.Settled)
			}
			return is, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if isNew {
			shifted++
			if _, err := x.Changes(touched, append(near, now.list(slices.Collect(maps.Keys(told))...))); err == nil {
				t.Fatalf("round %d: there are new roots, and the blocks were taken to be of the tree", round)
			}
			continue
		}
		var want []string
		for _, name := range slices.Sorted(maps.Keys(now)) {
			if told[name] || now[name].until < through {
				want = append(want, name)
			}
		}
		if !slices.Equal(gaps, want) {
			t.Fatalf("round %d: gaps %q, expected %q", round, gaps, want)
		}
		leaves := []Digest{whole}
		for _, name := range gaps {
			change(name)
			leaves = append(leaves, now[name].leaf)
		}
		if tree.Gaps() != len(leaves) || int(tree.Len()) != len(now)+1 || tree.Sum(leaves) != now.tree(whole) {
			t.Fatalf("round %d: another tree", round)
		}
		list := now.list(gaps...)
		changes, err := x.Changes(touched, append(near, list))
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Apply(changes); err != nil {
			t.Fatal(err)
		}
		if all, err := NewIndex(append(lists, list)); err != nil || !reflect.DeepEqual(x, all) {
			t.Fatalf("round %d: the index with touched blocks made anew is another: %v", round, err)
		}
	}
	if untouched < 1000 || shifted < 10 {
		t.Errorf("%d blocks were passed over, and %d times there were new roots: too few to show anything", untouched, shifted)
	}
}

// What is read otherwise than it was written is refused: the index, and each byte of what was kept of roots of touched blocks.
func TestIndexRefusesWhatWasDamaged(t *testing.T) {
	now := kept{}
	for i := range 100 {
		now[fmt.Sprintf("\x01%03d", i)] = keptAs{UnitDigest([]byte{byte(i)}), 100, []byte("settled")}
	}
	list := now.list(slices.Collect(maps.Keys(now))...)
	x, err := NewIndex([]Roots{list})
	if err != nil {
		t.Fatal(err)
	}
	b := x.Bytes()
	for i := range b {
		damaged := bytes.Clone(b)
		damaged[i] ^= 4
		if _, err := ReadIndex(damaged); err == nil {
			t.Fatalf("byte %d of an index was damaged, and it was read", i)
		}
		if _, err := ReadIndex(b[:i]); err == nil {
			t.Fatalf("an index was cut off at byte %d, and it was read", i)
		}
	}
	claims := Roots([]byte{1, 0, 0, 5, 0, 0, 0, 0}).Append([]byte("a"), make([]byte, 32), 0, nil) // of the first block, five letters in common with none
	if _, err := ReadIndex(summed(claims)); err == nil {
		t.Error("an index that was written otherwise was read")
	}
	changes, err := x.Changes([]bool{true, false, false, true, false, false, true}, []Roots{list})
	if err != nil || x.Apply(changes) != nil {
		t.Fatal(err)
	}
	for i := range changes {
		damaged := bytes.Clone(changes)
		damaged[i] ^= 4
		if x.Apply(damaged) == nil || x.Apply(changes[:i]) == nil {
			t.Fatalf("byte %d of what changed of an index was damaged, or it was cut off there, and it was read", i)
		}
	}
	few, err := NewIndex([]Roots{kept{"\x01000": {}}.list("\x01000")})
	if err != nil || few.Apply(changes) == nil {
		t.Errorf("what changed was of blocks that are not there, and it was read: %v", err)
	}
	touched, _, err := x.Touched(kept{}.list("\x01050"), 0)
	if err != nil || !slices.Equal(touched, []bool{true, false, false, true, false, false, true}) {
		t.Fatal(touched, err)
	}
	var near Roots
	for _, s := range x.Stretches(touched) {
		near = append(near, list[s[0]:s[1]]...)
	}
	is := func(*RootAt) (bool, error) { return true, nil }
	for i := range near {
		damaged := bytes.Clone(near)
		damaged[i] ^= 4
		if _, err := x.Tree(touched, []Roots{damaged}, is); err == nil {
			t.Errorf("byte %d of what was kept was damaged, and it was taken", i)
		}
	}
	if _, err := x.Tree(touched, []Roots{nil}, is); err == nil {
		t.Error("nothing was read, and it was taken")
	}
}
