package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// Client speaks to one service with one key. It may be used by several goroutines.
type Client struct {
	Base string       // http://127.0.0.1:8080
	Key  string       // an API key, or a token of the identity provider
	HTTP *http.Client // http.DefaultClient when nil
}

// problemBytesMax is the most that is read of a refusal.
const problemBytesMax = 8 << 20

// Error says what was refused and every fault in it, one a line.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s: %s", p.Status, p.Title, p.Detail)
	for _, f := range p.Errors {
		b.WriteString("\n  " + f.String())
	}
	if p.More > 0 {
		fmt.Fprintf(&b, "\n  and %d more", p.More)
	}
	return b.String()
}

// String says a fault on one line: where, what, what was expected and what to do.
func (f Fault) String() string {
	place := f.Pointer + f.Parameter
	if f.Line > 0 {
		place = strings.TrimSpace(place + " line " + strconv.Itoa(f.Line))
		if f.Column > 0 {
			place += ":" + strconv.Itoa(f.Column)
		}
	}
	text := f.Message
	for _, part := range [][2]string{{"found ", f.Found}, {"expected ", f.Expected}, {"", f.Remedy}} {
		if part[1] != "" {
			text += "; " + part[0] + part[1]
		}
	}
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	if place != "" {
		text = place + ": " + text
	}
	return text
}

// Request is one request as it goes over the wire, for what no method says.
type Request struct {
	Method, Path string
	Query        url.Values
	Body         io.Reader
	ContentType  string
	Key          string // Idempotency-Key; NewKeyName makes one
	IfMatch      string
}

// NewKeyName makes an idempotency key: keep it with what is sent, and send it again with the same.
func NewKeyName() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	return hex.EncodeToString(raw[:])
}

// Do sends a request and returns the answer, whose body the caller closes. A refusal is a *Problem.
func (c *Client) Do(ctx context.Context, r Request) (*http.Response, error) {
	target := strings.TrimRight(c.Base, "/") + r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target, r.Body)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"Content-Type": r.ContentType, "Idempotency-Key": r.Key, "If-Match": r.IfMatch} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	if c.Key != "" {
		request.Header.Set("Authorization", "Bearer "+c.Key)
	}
	send := c.HTTP
	if send == nil {
		send = http.DefaultClient
	}
	answer, err := send.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, problemBytesMax))
	if err != nil {
		return nil, err
	}
	p := &Problem{}
	if err := json.Unmarshal(body, p); err != nil || p.Status == 0 {
		p = &Problem{Status: answer.StatusCode, Title: http.StatusText(answer.StatusCode), Detail: strings.TrimSpace(string(body))}
	}
	return nil, p
}

// get asks for a JSON answer.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	return answered[T](ctx, c, Request{Method: http.MethodGet, Path: path, Query: query})
}

// tagged is get for what is written again over its ETag.
func tagged[T any](ctx context.Context, c *Client, path string) (out T, etag string, err error) {
	answer, err := c.Do(ctx, Request{Method: http.MethodGet, Path: path})
	if err != nil {
		return out, "", err
	}
	defer answer.Body.Close()
	err = json.NewDecoder(answer.Body).Decode(&out)
	return out, answer.Header.Get("ETag"), err
}

// send sends a JSON body, nil for none, under a key of its own: it is done once however often the network repeats it.
func send[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	return sendOver[T](ctx, c, method, path, "", body)
}

// sendOver is send over what an ETag names.
func sendOver[T any](ctx context.Context, c *Client, method, path, etag string, body any) (T, error) {
	r := Request{Method: method, Path: path, Key: NewKeyName(), IfMatch: etag}
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			var none T
			return none, err
		}
		r.Body, r.ContentType = bytes.NewReader(b), "application/json"
	}
	return answered[T](ctx, c, r)
}

func answered[T any](ctx context.Context, c *Client, r Request) (T, error) {
	var out T
	answer, err := c.Do(ctx, r)
	if err != nil {
		return out, err
	}
	defer answer.Body.Close()
	return out, json.NewDecoder(answer.Body).Decode(&out)
}

func (c *Client) raw(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	answer, err := c.Do(ctx, Request{Method: http.MethodGet, Path: path, Query: query})
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func at(parts ...any) string {
	var b strings.Builder
	b.WriteString("/v1")
	for _, part := range parts {
		b.WriteString("/" + url.PathEscape(fmt.Sprint(part)))
	}
	return b.String()
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

// All follows a list from page to page and returns all of it.
func All[T any](page func(cursor string) (List[T], error)) ([]T, error) {
	var all []T
	for cursor := ""; ; {
		p, err := page(cursor)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Items...)
		if cursor = p.Next; cursor == "" {
			return all, nil
		}
	}
}

// Evidence is a body of evidence to send.
type Evidence struct {
	Name        string // by which a mapping is matched
	ContentType string // text/csv, application/x-ndjson or application/json
	Body        io.Reader
	Mapping     []byte // evidence.yaml, nil for evidence in the contract's own words
	Sound       bool   // take what is sound of it
	Key         string // idempotency key; a new one when ""
}

// SendBatch sends evidence. Where nothing of it was taken the error is a *Problem that lists every fault.
func (c *Client) SendBatch(ctx context.Context, contract string, e Evidence) (Batch, error) {
	r := Request{Method: http.MethodPost, Path: at("contracts", contract, "batches"), Query: values("name", e.Name), Body: e.Body, ContentType: e.ContentType, Key: e.Key}
	if e.Sound {
		r.Query.Set("take", "sound")
	}
	if r.Key == "" {
		r.Key = NewKeyName()
	}
	if e.Mapping == nil {
		return answered[Batch](ctx, c, r)
	}
	from, to := io.Pipe()
	form := multipart.NewWriter(to)
	r.Body, r.ContentType = from, form.FormDataContentType()
	go func() { to.CloseWithError(writeForm(form, e)) }()
	return answered[Batch](ctx, c, r)
}

func writeForm(form *multipart.Writer, e Evidence) error {
	for _, part := range []struct {
		name, media string
		body        io.Reader
	}{{"mapping", "application/yaml", bytes.NewReader(e.Mapping)}, {"evidence", e.ContentType, e.Body}} {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q`, part.name))
		h.Set("Content-Type", part.media)
		w, err := form.CreatePart(h)
		if err == nil {
			_, err = io.Copy(w, part.body)
		}
		if err != nil {
			return err
		}
	}
	return form.Close()
}

// IsProblem returns the refusal in an error, nil when it is none.
func IsProblem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}
