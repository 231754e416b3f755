package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"outturn/engine/ingest"
	"outturn/engine/store"
)

// Where the files of a source come from, and where they go: what was taken is moved into done, what was not into refused,
// each with its report beside it.

const (
	folderDone    = "done"
	folderRefused = "refused"
	reportEnding  = ".report.json"
	// stillFor is how long a file must have lain still, so that one that is being written is left alone.
	stillFor = 2 * time.Second
)

// folder reads every file of a watched folder, by name.
func (in *intake) folder(ctx context.Context) (err error) {
	if !filepath.IsAbs(in.source.Location) {
		return fmt.Errorf("the folder %q must be named from the root, as the program may stand anywhere", in.source.Location)
	}
	root, err := os.OpenRoot(in.source.Location) // nothing outside is reached, not by a link either
	if err != nil {
		return fmt.Errorf("the folder cannot be read on this machine: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for _, name := range []string{folderDone, folderRefused} {
		if err := root.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("files could not be moved aside: %w", err)
		}
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	var mapping []byte
	if f, err := root.Open(ingest.MappingFile); err == nil {
		mapping, err = io.ReadAll(io.LimitReader(f, mappingMax+1))
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		if len(mapping) > mappingMax {
			return fmt.Errorf("%s has more than %d bytes", ingest.MappingFile, mappingMax)
		}
	}
	read := 0
	for _, entry := range entries {
		if !isEvidence(entry) || read == sourceFilesMax {
			continue
		}
		read++
		if err := in.file(ctx, root, entry.Name(), mapping); err != nil {
			return fmt.Errorf("%s: %w", entry.Name(), err)
		}
	}
	return nil
}

// isEvidence leaves alone what is hidden, on its way, or ours.
func isEvidence(entry fs.DirEntry) bool {
	name := entry.Name()
	return entry.Type().IsRegular() && !strings.HasPrefix(name, ".") && name != ingest.MappingFile &&
		!slices.Contains([]string{".part", ".tmp", ".partial", ".md"}, path.Ext(name)) && !strings.HasSuffix(name, reportEnding)
}

// file takes one file of a folder in, and moves it aside.
func (in *intake) file(ctx context.Context, root *os.Root, name string, mapping []byte) error {
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || in.o.Now().Sub(info.ModTime()).Abs() < stillFor {
		return err
	}
	r, err := in.take(ctx, given{name, f, info.Size(), mapping})
	if err != nil {
		return err
	}
	return aside(root, name, r)
}

// aside moves a file to where its report belongs. One that is there already under its name keeps it.
func aside(root *os.Root, name string, r report) error {
	folder := folderDone
	if r.State == store.BatchRefused {
		folder = folderRefused
	}
	to := path.Join(folder, name)
	if _, err := root.Lstat(to); err == nil {
		ending := path.Ext(name)
		to = path.Join(folder, strings.TrimSuffix(name, ending)+"."+strings.NewReplacer(":", "", "-", "").Replace(r.At)+ending)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := root.WriteFile(to+reportEnding, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("its report cannot be written: %w", err)
	}
	if err := root.Rename(name, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("it was read, and cannot be moved aside: %w", err)
	}
	return nil
}

// The limits of what is fetched.
const (
	fetchWait    = 30 * time.Minute
	redirectsMax = 5
)

// client fetches over HTTPS alone, wherever it is sent on to. Whoever names a location must not have this machine ask its
// neighbours: addresses that are not public are reached only where the operator says so.
func client(private bool) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	if !private {
		dialer.Control = publicOnly
	}
	transport.DialContext = dialer.DialContext
	return &http.Client{Timeout: fetchWait, Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || len(via) >= redirectsMax {
			return errors.New("it was sent on to where evidence is not fetched from")
		}
		return nil
	}}
}

// publicOnly refuses to connect to an address that is not public. It is asked of the address itself, after its name was
// looked up.
func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || sharedRange.Contains(ip) {
		return fmt.Errorf("%s is no public address; whoever runs this service allows others with --private-sources", ip)
	}
	return nil
}

// sharedRange is what carriers use inside (RFC 6598).
var sharedRange = netip.MustParsePrefix("100.64.0.0/10")

// fetch asks a location for what is new, and takes it in.
func (in *intake) fetch(ctx context.Context) (err error) {
	at, err := url.Parse(in.source.Location)
	if err != nil || at.Scheme != "https" || at.Host == "" {
		return fmt.Errorf("the location %q is no address that begins with https://", in.source.Location)
	}
	in.etag = in.source.ETag
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/csv, application/x-ndjson")
	if in.source.ETag != "" {
		request.Header.Set("If-None-Match", in.source.ETag)
	}
	answer, err := in.o.HTTP.Do(request)
	if err != nil {
		return fmt.Errorf("it could not be fetched: %w", err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return fmt.Errorf("it could not be fetched: %s", answer.Status)
	}
	spool, err := os.CreateTemp(in.o.TempDir, "outturn-source-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, spool.Close(), os.Remove(spool.Name())) }()
	size, err := io.Copy(spool, io.LimitReader(answer.Body, sourceBytesMax+1))
	if err != nil {
		return fmt.Errorf("it broke off after %d bytes: %w", size, err)
	}
	if _, err := in.take(ctx, given{nameOf(at, answer), spool, size, nil}); err != nil {
		return err
	}
	in.etag = answer.Header.Get("ETag") // refused or not: the same again would fare no better
	return nil
}

// nameOf is what a fetched file is called, with the ending of what it says it is.
func nameOf(at *url.URL, answer *http.Response) string {
	name := path.Base(at.Path)
	if name == "." || name == "/" {
		name = "evidence"
	}
	media, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		return name
	}
	ending := map[string]string{"text/csv": ".csv", "application/x-ndjson": ".ndjson", "application/ndjson": ".ndjson", "application/jsonl": ".ndjson"}[media]
	if ending != "" && path.Ext(name) != ending {
		name += ending
	}
	return name
}
