package record_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whyfix/internal/record"
)

type leaf struct {
	Name string
	At   int
}

type everything struct {
	Yes    bool
	Small  int8
	Big    int64
	Bits   uint32
	Part   float64
	Text   string
	List   []leaf
	Empty  []string
	None   []string
	Pair   [2]leaf
	Next   *everything
	Names  map[string]int
	When   time.Time
	hidden string
}

func sample() *everything {
	return &everything{
		Yes: true, Small: -3, Big: -1 << 62, Bits: 1 << 31, Part: -0.25, Text: "花呗用不了\x00",
		List: []leaf{{"一", 1}, {"", -1}}, Empty: []string{}, Pair: [2]leaf{{Name: "a"}, {At: 7}},
		Next: &everything{Text: "next"}, Names: map[string]int{"b": 2, "a": 1, "c": 3},
		When: time.Date(2026, 11, 1, 8, 30, 0, 5, time.FixedZone("", 8*3600)), hidden: "no part of it",
	}
}

func TestReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for _, when := range []time.Time{{}, time.Now().Round(0), time.Now().UTC().Round(0), sample().When} {
		want := sample()
		want.When = when
		data := append(record.Append(nil, want), "rest"...)
		var got everything
		rest, err := record.Read(string(data), &got)
		if err != nil || rest != "rest" {
			t.Fatalf("rest %q, %v", rest, err)
		}
		want.hidden = ""
		if diff := cmp.Diff(want, &got, cmp.AllowUnexported(everything{})); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got.When.Format(time.RFC3339Nano) != when.Format(time.RFC3339Nano) || got.When.IsZero() != when.IsZero() {
			t.Errorf("the time is %v, want %v", got.When, when)
		}
	}
}

// TestEqualValues: the same value has the same record, another has another.
func TestEqualValues(t *testing.T) {
	t.Parallel()
	want := record.Append(nil, sample())
	for range 20 { // maps come in any order
		if !bytes.Equal(record.Append(nil, sample()), want) {
			t.Fatal("two records of one value differ")
		}
	}
	if !bytes.Equal(record.AppendAny(nil, sample()), want) {
		t.Error("AppendAny writes something else")
	}
	changes := map[string]func(*everything){
		"flag":     func(e *everything) { e.Yes = false },
		"text":     func(e *everything) { e.Text += "!" },
		"item":     func(e *everything) { e.List[1].At++ },
		"nil list": func(e *everything) { e.Empty = nil },
		"map":      func(e *everything) { e.Names["c"] = 4 },
		"pointer":  func(e *everything) { e.Next = nil },
		"time":     func(e *everything) { e.When = e.When.Add(1) },
		"zone":     func(e *everything) { e.When = e.When.UTC() },
	}
	for name, change := range changes {
		e := sample()
		change(e)
		if bytes.Equal(record.Append(nil, e), want) {
			t.Errorf("%s: the record is the same", name)
		}
	}
}

// TestWithout: parts of one type do not count, all others do.
func TestWithout(t *testing.T) {
	t.Parallel()
	want := record.AppendWithout[everything, leaf](nil, sample())
	e := sample()
	e.List[0].Name, e.Pair[1].At = "another", 9
	if got := record.AppendWithout[everything, leaf](nil, e); !bytes.Equal(got, want) {
		t.Error("what is left out changes the record")
	}
	e.List = e.List[:1]
	if got := record.AppendWithout[everything, leaf](nil, e); bytes.Equal(got, want) {
		t.Error("the number of parts does not count")
	}
	if bytes.Equal(want, record.Append(nil, sample())) {
		t.Error("nothing is left out")
	}
}

func TestAnyValue(t *testing.T) {
	t.Parallel()
	type holder struct{ Params map[string]any }
	seen := map[string]any{}
	for _, v := range []any{nil, "1", 1, int64(1), true, []any{"a", 1}, map[string]any{"x": "y"}, 1.5} {
		data := string(record.AppendAny(nil, &holder{map[string]any{"v": v}}))
		if other, twice := seen[data]; twice {
			t.Errorf("%#v and %#v have one record", v, other)
		}
		seen[data] = v
	}
	if _, err := record.Read(string(record.AppendAny(nil, &holder{map[string]any{"v": 1}})), new(holder)); err == nil {
		t.Error("a value of unknown type was read")
	}
}

// TestNotWhole: whatever is cut off is an error, never a crash.
func TestNotWhole(t *testing.T) {
	t.Parallel()
	data := string(record.Append(nil, sample()))
	for n := range len(data) {
		if _, err := record.Read(data[:n], new(everything)); err == nil {
			t.Errorf("%d of %d bytes were read as a whole", n, len(data))
		}
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	type other struct {
		Name string
		At   int32
	}
	if strings.TrimPrefix(record.Shape[leaf](), reflect.TypeFor[leaf]().String()) == strings.TrimPrefix(record.Shape[other](), reflect.TypeFor[other]().String()) {
		t.Errorf("shapes: %s, %s", record.Shape[leaf](), record.Shape[other]())
	}
	if !strings.Contains(record.Shape[everything](), "Next") || strings.Contains(record.Shape[everything](), "hidden") {
		t.Errorf("shape: %s", record.Shape[everything]())
	}
}

func FuzzRead(f *testing.F) {
	f.Add(record.Append(nil, sample()))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var e everything
		if _, err := record.Read(string(data), &e); err == nil {
			again := record.Append(nil, &e)
			var other everything
			if rest, err := record.Read(string(again), &other); err != nil || rest != "" || !bytes.Equal(record.Append(nil, &other), again) {
				t.Errorf("what was read does not read again: %v", err)
			}
		}
	})
}
