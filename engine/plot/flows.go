package plot

import (
	"fmt"
	"html/template"
	"math/big"
	"strings"
)

// Flows is a plot of who puts something into a middle and who has something out of it: each band as high as it is much.
type Flows struct {
	ID, Title, Desc string
	Middle          string // what stands in the middle
	In, Out         []Band
}

// Band is one party's of one kind. Kinds are drawn apart: cash whole, what is in kind striped, a benefit light.
type Band struct {
	Party  string
	Kind   string // cash, in_kind or benefit
	Amount string // decimal, above nought: another is not drawn
	Value  string // it in words
}

type bandPath struct {
	D, Class string
	Title    string
}

type bandLabel struct {
	X, Y   int
	Anchor string
	Name   string
	Full   string
	Values []bandLine
}

type bandLine struct {
	Y    int
	Text string
}

type bandNode struct{ X, Y, Width, Height int }

const (
	flowsLeft      = 190 // where bands begin
	flowsRight     = 530
	flowsMiddle    = 350 // the left side of the middle's block
	flowsBlock     = 20
	flowsHeight    = 300 // of all bands of the higher side
	flowsGap       = 14  // between parties
	flowsTop       = 30
	flowsNameMax   = 25
	flowsBandMin   = 2
	flowsNodeWidth = 8
)

// side is one side of the plot while it is laid out.
type flowSide struct {
	bands  []Band
	rats   []*big.Rat
	total  *big.Rat
	groups []flowGroup // consecutive bands of one party
}

type flowGroup struct{ from, to int }

func readSide(bands []Band) (flowSide, error) {
	s := flowSide{total: new(big.Rat)}
	for _, b := range bands {
		v, err := value(b.Party, b.Amount)
		if err != nil {
			return s, err
		}
		if v == nil || v.Sign() <= 0 {
			continue
		}
		if n := len(s.groups); n > 0 && s.bands[len(s.bands)-1].Party == b.Party {
			s.groups[n-1].to++
		} else {
			s.groups = append(s.groups, flowGroup{len(s.bands), len(s.bands) + 1})
		}
		s.bands, s.rats = append(s.bands, b), append(s.rats, v)
		s.total.Add(s.total, v)
	}
	return s, nil
}

// SVG draws the plot, or says which amount is no decimal.
func (f Flows) SVG() (template.HTML, error) {
	in, err := readSide(f.In)
	if err != nil {
		return "", err
	}
	out, err := readSide(f.Out)
	if err != nil {
		return "", err
	}
	most := in.total
	if out.total.Cmp(most) > 0 {
		most = out.total
	}
	scene := struct {
		frame
		Paths                []bandPath
		Labels               []bandLabel
		Nodes                []bandNode
		MiddleX, MiddleTextX int
		MiddleName           string
		InX, OutX            int
		Key                  []bandKey
		KeyY                 int
	}{MiddleX: flowsMiddle, MiddleTextX: flowsMiddle + flowsBlock/2, MiddleName: cut(f.Middle, 34), InX: flowsLeft, OutX: flowsRight}
	bottom, middle := flowsTop, flowsTop
	for _, side := range []struct {
		flowSide
		left bool
	}{{in, true}, {out, false}} {
		end, within := side.lay(most, side.left, &scene.Paths, &scene.Labels, &scene.Nodes)
		bottom, middle = max(bottom, end, within), max(middle, within)
	}
	scene.Nodes = append(scene.Nodes, bandNode{flowsMiddle, flowsTop, flowsBlock, middle - flowsTop})
	scene.KeyY = bottom + 28
	scene.Key = keyOf(in.bands, out.bands)
	scene.frame = frame{f.ID, f.Title, f.Desc, canvasWidth, bottom + 44}
	return draw("flows", scene)
}

// height is how high a sum is, to the nearest pixel and never too thin to be seen.
func height(v, most *big.Rat) int {
	h := new(big.Rat).Quo(v, most)
	h.Mul(h, big.NewRat(flowsHeight, 1)).Add(h, big.NewRat(1, 2))
	return max(flowsBandMin, int(floor(h).Int64()))
}

// lay draws a side's bands from its parties to the middle, and returns where it ends outside and in the middle.
func (s *flowSide) lay(most *big.Rat, left bool, paths *[]bandPath, labels *[]bandLabel, nodes *[]bandNode) (end, within int) {
	outer, inner, sign := flowsLeft, flowsMiddle, 1
	if !left {
		outer, inner, sign = flowsRight, flowsMiddle+flowsBlock, -1
	}
	y, middle := flowsTop, flowsTop
	for _, g := range s.groups {
		start := y
		for i := g.from; i < g.to; i++ {
			h := height(s.rats[i], most)
			bend := outer + sign*(max(inner, outer)-min(inner, outer))/2
			d := fmt.Sprintf("M%d %dC%d %d %d %d %d %dV%dC%d %d %d %d %d %dz", outer, y, bend, y, bend, middle, inner, middle, middle+h, bend, middle+h, bend, y+h, outer, y+h)
			b := s.bands[i]
			*paths = append(*paths, bandPath{D: d, Class: "band-" + strings.ReplaceAll(b.Kind, "_", "-"), Title: b.Party + ", " + kindWords[b.Kind] + ": " + b.Value})
			y, middle = y+h, middle+h
		}
		*nodes = append(*nodes, bandNode{outer - map[bool]int{true: flowsNodeWidth, false: 0}[left], start, flowsNodeWidth, y - start})
		label := bandLabel{X: outer - sign*(flowsNodeWidth+8), Anchor: map[bool]string{true: "end", false: "start"}[left], Name: cut(s.bands[g.from].Party, flowsNameMax), Full: s.bands[g.from].Party}
		high := lineHeight * (1 + g.to - g.from)
		label.Y = max(start, (start+y-high)/2) + lineHeight*3/4
		for i := g.from; i < g.to; i++ {
			label.Values = append(label.Values, bandLine{label.Y + lineHeight*(1+i-g.from), s.bands[i].Value + " " + kindWords[s.bands[i].Kind]})
		}
		*labels = append(*labels, label)
		y = max(y+flowsGap, start+high+flowsGap)
	}
	return y, middle
}

// kindWords say a kind of band.
var kindWords = map[string]string{"cash": "cash", "in_kind": "in kind", "benefit": "benefit"}

type bandKey struct {
	X     int
	Class string
	Name  string
}

// keyOf names the kinds that are drawn.
func keyOf(sides ...[]Band) []bandKey {
	var keys []bandKey
	for _, kind := range []string{"cash", "in_kind", "benefit"} {
		drawn := false
		for _, side := range sides {
			for _, b := range side {
				drawn = drawn || b.Kind == kind
			}
		}
		if drawn {
			keys = append(keys, bandKey{flowsLeft + 110*len(keys), "band-" + strings.ReplaceAll(kind, "_", "-"), kindWords[kind]})
		}
	}
	return keys
}
