package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"outturn/api/client"
)

// The operations about the service itself, and what is measured of it.

func (s *Service) serviceRoutes() {
	type health struct{ Body client.Health }
	open := func(id, path, summary string, do func(context.Context, *struct{}) (*health, error)) {
		op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"service"}}
		s.declare(&op)
		register(s, op, do)
	}
	open("health", "/health", "Whether the process answers", func(context.Context, *struct{}) (*health, error) {
		return &health{client.Health{Status: "ok"}}, nil
	})
	open("ready", "/ready", "Whether requests can be answered: the database is there and nothing is stopping", func(ctx context.Context, _ *struct{}) (*health, error) {
		err := s.o.Store.Ready(ctx)
		if err == nil && !s.stopping.Load() {
			return &health{client.Health{Status: "ok"}}, nil
		}
		p := refuse(http.StatusServiceUnavailable, "not ready: the database does not answer, or the service is stopping")
		p.retryAfter, p.cause = 2, err
		return nil, s.refused(ctx, p, "")
	})
	s.plain("get-document", "/openapi.json", "This document", "application/json", func(w io.Writer) error {
		_, err := w.Write(s.document)
		return err
	})
	s.plain("metrics", "/metrics", "What is measured, for Prometheus", string(expfmt.NewFormat(expfmt.TypeTextPlain)), s.metrics.write)
	reads(s, huma.Operation{OperationID: "who-am-i", Method: http.MethodGet, Path: "/v1/me", Summary: "Who the caller is", Tags: []string{"service"}},
		func(ctx context.Context, v View, c *call, _ *struct{}) (client.Me, error) {
			o, err := v.Organisation(ctx, c.caller.Organisation)
			return client.Me{Person: personShape(c.caller), Organisation: organisationShape(o)}, err
		})
}

// plain declares an operation that hands out bytes and asks nothing of the store.
func (s *Service) plain(id, path, summary, media string, write func(io.Writer) error) {
	op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"service"},
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{media: {}}}}}
	s.declare(&op)
	register(s, op, func(ctx context.Context, _ *struct{}) (*streamed, error) {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return nil, s.refused(ctx, err, "")
		}
		return &streamed{func(hc huma.Context) {
			to := &outlet{ctx: hc, media: media}
			_, _ = to.Write(b.Bytes()) // the sender has gone
		}}, nil
	})
}

// indented lays a JSON document out for people and for differences.
func indented(document []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, document, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// metrics are what Prometheus is told.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "outturn_requests_total", Help: "Requests answered, by operation and status."}, []string{"operation", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "outturn_request_seconds", Help: "Seconds from a request to its answer, by operation.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 300}}, []string{"operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "outturn_requests_in_flight", Help: "Requests being answered."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.inFlight, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) enter() (leave func()) {
	m.inFlight.Inc()
	return m.inFlight.Dec
}

func (m *metrics) done(operation string, status int, took time.Duration) {
	m.requests.WithLabelValues(operation, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(operation).Observe(took.Seconds())
}

// write gathers the metrics as text.
func (m *metrics) write(w io.Writer) error {
	families, err := m.registry.Gather()
	if err != nil {
		return err
	}
	encoder := expfmt.NewEncoder(w, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return err
		}
	}
	return nil
}
