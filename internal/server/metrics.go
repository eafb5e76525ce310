package server

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"whyfix/internal/publish"
)

// metrics are what can be seen from outside, without anything about a reader.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // by route and status
	seconds  *prometheus.HistogramVec // of requests, by route
	searches *prometheus.HistogramVec // seconds, by the rung that answered
	nothing  prometheus.Counter
	doubtful prometheus.Counter
	partial  prometheus.Counter
	away     prometheus.Counter
	busy     prometheus.Counter     // seconds of processors
	rejected *prometheus.CounterVec // by reason
	panics   prometheus.Counter
	swaps    prometheus.Counter
	refused  prometheus.Counter
	release  *prometheus.GaugeVec
	built    prometheus.Gauge
	articles prometheus.Gauge
	index    prometheus.Gauge

	posts        *prometheus.GaugeVec // by what they are
	postsChanged prometheus.Gauge
	postsLoaded  prometheus.Counter
	postsRefused prometheus.Counter
	postsFailed  prometheus.Counter
}

// Buckets in seconds: searches take a millisecond or two.
func buckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}
}

func newMetrics(s *Server) *metrics {
	registry := prometheus.NewRegistry()
	in := promauto.With(registry)
	counter := func(name, help string) prometheus.Counter {
		return in.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return in.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		registry: registry,
		requests: in.NewCounterVec(prometheus.CounterOpts{Name: "whyfix_requests_total", Help: "Requests answered."}, []string{"route", "status"}),
		seconds:  in.NewHistogramVec(prometheus.HistogramOpts{Name: "whyfix_request_seconds", Help: "Time from the first look at a request to the end of its answer.", Buckets: buckets()}, []string{"route"}),
		searches: in.NewHistogramVec(prometheus.HistogramOpts{Name: "whyfix_search_seconds", Help: "Time of a search in the index, by the rung that answered: exact, relaxed or corrected.", Buckets: buckets()}, []string{"mode"}),
		nothing:  counter("whyfix_search_zero_results_total", "Searches that found nothing."),
		doubtful: counter("whyfix_search_unanswered_total", "Searches that no article is likely to answer; those that found nothing are among them."),
		partial:  counter("whyfix_search_partial_total", "Searches whose time ran out: they answered with what they had."),
		away:     counter("whyfix_search_unavailable_total", "Searches and suggestions that were refused because the cluster of the search was away."),
		busy:     counter("whyfix_search_processor_seconds_total", "Processor time of searches and suggestions."),
		rejected: in.NewCounterVec(prometheus.CounterOpts{Name: "whyfix_rejected_total", Help: "Requests turned away: busy (503), client (429), too_long (414), too_large (413)."}, []string{"reason"}),
		panics:   counter("whyfix_panics_total", "Requests that ended in an unexpected error."),
		swaps:    counter("whyfix_releases_loaded_total", "Releases that went live in this process."),
		refused:  counter("whyfix_releases_refused_total", "Releases that were refused."),
		release:  in.NewGaugeVec(prometheus.GaugeOpts{Name: "whyfix_release_info", Help: "The live release; always 1."}, []string{"release"}),
		built:    gauge("whyfix_release_built_timestamp_seconds", "When the live release was built."),
		articles: gauge("whyfix_release_articles", "Articles of the live release."),
		index:    gauge("whyfix_index_bytes", "Size of the live search index on disk."),

		posts:        in.NewGaugeVec(prometheus.GaugeOpts{Name: "whyfix_posts", Help: "Documents that are found beside the articles, by what they are; expired ones too."}, []string{"source"}),
		postsChanged: gauge("whyfix_posts_changed_timestamp_seconds", "When the documents beside the articles were last changed."),
		postsLoaded:  counter("whyfix_posts_loaded_total", "Changes of the documents beside the articles that this process took."),
		postsRefused: counter("whyfix_posts_refused_total", "Changes of them that were refused."),
		postsFailed:  counter("whyfix_posts_failed_total", "Searches that were answered by articles alone because the documents beside them could not be asked."),
	}
	in.NewGaugeFunc(prometheus.GaugeOpts{Name: "whyfix_searches_running", Help: "Searches that run now."}, func() float64 { n, _ := s.queue.State(); return float64(n) })
	in.NewGaugeFunc(prometheus.GaugeOpts{Name: "whyfix_searches_waiting", Help: "Searches that wait for others to end."}, func() float64 { _, n := s.queue.State(); return float64(n) })
	in.NewGaugeFunc(prometheus.GaugeOpts{Name: "whyfix_search_available", Help: "1, or 0 while the cluster of the search is away and is not asked."}, func() float64 {
		release, done := s.holder.Acquire()
		defer done()
		if release == nil || release.Search == nil || release.Search.Away() != nil {
			return 0
		}
		return 1
	})
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if s.options.Events != nil {
		in.NewCounterFunc(prometheus.CounterOpts{Name: "whyfix_events_dropped_total", Help: "Events that were not written: the disk was full or too slow."}, func() float64 { return float64(s.options.Events.Dropped()) })
	}
	// Whoever adds up is helped by counts that start at 0.
	for _, reason := range []string{rejectedBusy, rejectedClient, rejectedLong, rejectedLarge} {
		m.rejected.WithLabelValues(reason)
	}
	return m
}

// Why requests are turned away.
const (
	rejectedBusy   = "busy"
	rejectedClient = "client"
	rejectedLong   = "too_long"
	rejectedLarge  = "too_large"
)

// count counts one request.
func (m *metrics) count(x *exchange, took time.Duration) {
	m.requests.WithLabelValues(string(x.route), strconv.Itoa(x.status)).Inc()
	m.seconds.WithLabelValues(string(x.route)).Observe(took.Seconds())
	if x.rejected != "" {
		m.rejected.WithLabelValues(x.rejected).Inc()
	}
	m.busy.Add(x.processor.Seconds())
	if r := x.result; r != nil {
		m.searches.WithLabelValues(string(r.Mode)).Observe(x.took.Seconds())
		if r.Total == 0 {
			m.nothing.Inc()
		}
		if !r.Answered {
			m.doubtful.Inc()
		}
		if r.Partial {
			m.partial.Inc()
		}
	}
}

// show makes a release the one that is seen.
func (m *metrics) show(r *Release) {
	m.swaps.Inc()
	m.release.Reset()
	m.release.WithLabelValues(r.ID).Set(1)
	m.built.Set(float64(r.Time.Unix()))
	m.articles.Set(float64(r.Articles))
	m.index.Set(float64(r.IndexBytes))
}

// showPosts makes a generation of posts the one that is seen.
func (m *metrics) showPosts(p publish.PostsManifest) {
	m.postsLoaded.Inc()
	m.posts.Reset()
	for source, n := range p.Sources {
		m.posts.WithLabelValues(source).Set(float64(n))
	}
	m.postsChanged.Set(float64(p.Time.Unix()))
}

// Inside is what the operator alone may see: /metrics for Prometheus, and
// /debug/pprof. It must not be reachable from the internet.
func (s *Server) Inside() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
