package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browserNeeded is set where a machine without a browser is a fault, as in .ci/run; elsewhere the test is passed over.
const browserNeeded = "OUTTURN_BROWSER_NEEDED"

// browser starts Chromium, with a folder of its own that goes with the test. What it hangs on ends with the context.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv(browserNeeded) != "" {
			t.Fatalf("no browser, and %s is set: install Debian's chromium", browserNeeded)
		}
		t.Skip("no browser: install Debian's chromium to see the page as people do")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"))
	limited, cancelLimit := context.WithTimeout(context.Background(), 3*time.Minute)
	allocator, cancelAllocator := chromedp.NewExecAllocator(limited, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		cancelAllocator()
		cancelLimit()
	})
	if err := chromedp.Do(ctx); err != nil { // the first run starts the browser, and must not stand under a shorter limit
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// seenPage is what a browser says of the page that it shows.
type seenPage struct {
	Title     string   `json:"title"`
	Over      int      `json:"over"` // pixels that the page is wider than its window
	Plots     int      `json:"plots"`
	Unseen    int      `json:"unseen"`   // plots and tables without a size
	Unnamed   int      `json:"unnamed"`  // plots without title or description
	Unpaired  int      `json:"unpaired"` // plots without a table beside them
	Tables    int      `json:"tables"`
	Outside   []string `json:"outside"`   // words of plots that run off their canvas
	Covered   []string `json:"covered"`   // words of plots that lie on one another
	Wide      []string `json:"wide"`      // cells that stick out of what holds them and cannot be scrolled to
	Resources int      `json:"resources"` // what was fetched besides the page
	EffectX   string   `json:"effectX"`
	Scripts   int      `json:"scripts"`
}

const lookAtPage = `(() => {
	const all = (s, of = document) => [...of.querySelectorAll(s)];
	const box = e => e.getBoundingClientRect();
	const plots = all('svg.plot'), outside = [], covered = [];
	for (const plot of plots) {
		const within = box(plot), words = all('text', plot);
		words.forEach((word, i) => {
			const b = box(word);
			if (b.left < within.left - 1 || b.right > within.right + 1 || b.top < within.top - 1 || b.bottom > within.bottom + 1) outside.push(word.textContent);
			for (const other of words.slice(i + 1)) {
				const o = box(other), wide = Math.min(b.right, o.right) - Math.max(b.left, o.left), high = Math.min(b.bottom, o.bottom) - Math.max(b.top, o.top);
				if (wide > 1 && high > 3) covered.push(word.textContent + ' / ' + other.textContent);
			}
		});
	}
	return {
		title: document.title,
		over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
		plots: plots.length,
		unseen: [...plots, ...all('table')].filter(e => box(e).width < 50 || box(e).height < 20).length,
		unnamed: plots.filter(e => e.getAttribute('aria-labelledby').split(' ').some(id => !document.getElementById(id).textContent.trim())).length,
		unpaired: plots.filter(e => !(e.closest('article') || e.closest('section')).querySelector('table')).length,
		tables: all('table').length,
		outside, covered,
		wide: all('main > section, article, header, footer').filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.id || e.tagName),
		resources: performance.getEntriesByType('resource').length,
		effectX: document.querySelector('#comparison-1 circle.point')?.getAttribute('cx') ?? '',
		scripts: document.scripts.length,
	};
})()`

// TestPageInABrowser opens the page as people do, wide and narrow, and looks at what is there.
func TestPageInABrowser(t *testing.T) {
	file := filepath.Join(t.TempDir(), "statement.html")
	if err := os.WriteFile(file, []byte(htmlOf(t, workedView(t))), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	messages := chromedp.Console(ctx)
	// Tables: parties, payments; of the comparisons 4, 2, 3, 1, 0 and 1; lines of two payments and a working; adjustments,
	// who is left out, numbered cohorts, limits, what waits, evidence, digests.
	const tables = 2 + 11 + 3 + 7
	lookAtWidths(t, ctx, file, "statement", seenPage{Title: "Settlement statement 2, troubled-families-1", Plots: 7, Tables: tables, EffectX: "392"})
	// A message of our own shows that messages are heard: it must be the first.
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`console.error("heard")`)); err != nil {
		t.Fatal(err)
	}
	for message, err := range messages {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(message.Text, "heard") {
			break
		}
		t.Errorf("the browser says: %s", message)
	}
}

// lookAtWidths opens a page in windows of three widths, and holds what is seen to what is wanted.
func lookAtWidths(t *testing.T, ctx context.Context, file, name string, want seenPage) {
	t.Helper()
	for _, width := range []int64{1280, 800, 360} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+file)); err != nil {
			t.Fatal(err)
		}
		seen, err := chromedp.Run(ctx, chromedp.Evaluate[seenPage](lookAtPage))
		if err != nil {
			t.Fatal(err)
		}
		if found, expected := fmt.Sprintf("%+v", seen), fmt.Sprintf("%+v", want); found != expected {
			t.Errorf("%s at %d pixels:\n%s, expected\n%s", name, width, found, expected)
		}
		keepPicture(t, ctx, name, width)
	}
}

// TestReportsInABrowser opens the board's report and an accounting officer's statement.
func TestReportsInABrowser(t *testing.T) {
	ctx := browser(t)
	for _, one := range []struct {
		officer string
		want    seenPage
	}{
		// Tables: contributions, outcomes, savings, whose they are, positions, what came back, perspectives, spending, indicators,
		// reconciliation; two waterfalls and a flow chart. Of the officer: owed, contribution, savings, position, what came
		// back, accounts, what waits, reconciliation.
		{"", seenPage{Title: "Report to the partnership board, partnership-board", Plots: 3, Tables: 10}},
		{"council", seenPage{Title: "Statement of the accounting officer: The council, partnership-board", Tables: 8}},
	} {
		file := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(file, reportPage(t, one.officer), 0o644); err != nil {
			t.Fatal(err)
		}
		lookAtWidths(t, ctx, file, "report"+one.officer, one.want)
	}
}

// keepPicture writes what the browser shows where OUTTURN_PICTURES names a folder, for people to look at.
func keepPicture(t *testing.T, ctx context.Context, name string, width int64) {
	t.Helper()
	folder := os.Getenv("OUTTURN_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d.png", name, width)), picture, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}
