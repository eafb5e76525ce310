// Package record writes typed values as bytes and reads them again.
//
// In: a value of a type made of booleans, numbers, texts, times, slices,
// arrays, pointers, maps and structs. Out: its record, a run of bytes, which
// Read turns into an equal value. Equal values have equal records, so a hash of
// a record stands for the value: maps are written in the order of their keys.
//
// The plan of a type is made once, by reflection; no field can be forgotten,
// because nobody writes a list of them. Fields that are not exported are no
// part of a value. Shape tells the structure of a type: a record is read only
// by a program in which it is the same.
//
// Read copies no text: the texts of a value are parts of the string that it
// was read from.
package record

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrCorrupt is returned for bytes that are no record of the type.
var ErrCorrupt = errors.New("record: it is not whole")

// Append writes the record of a value behind out. It panics when the type has
// a part that is not in the list above, such as a function.
func Append[T any](out []byte, value *T) []byte {
	return planOf(reflect.TypeFor[T]()).write(out, reflect.ValueOf(value).Elem())
}

// AppendWithout is Append without the parts of one type, wherever they are: for
// a record that stays the same when they change. It cannot be read.
func AppendWithout[T, Part any](out []byte, value *T) []byte {
	return planFor(reflect.TypeFor[T](), reflect.TypeFor[Part]()).write(out, reflect.ValueOf(value).Elem())
}

// AppendAny is Append for a pointer to a value whose type is known only at run
// time. Values in interfaces are written with the name of their type; such a
// record cannot be read, but it can be compared.
func AppendAny(out []byte, pointer any) []byte {
	v := reflect.ValueOf(pointer).Elem()
	return planOf(v.Type()).write(out, v)
}

// Read reads a value from the start of a text and returns what stands behind.
func Read[T any](in string, value *T) (rest string, err error) {
	r := reader{rest: in}
	planOf(reflect.TypeFor[T]()).read(&r, reflect.ValueOf(value).Elem())
	if r.bad {
		return "", ErrCorrupt
	}
	return r.rest, nil
}

// Shape is a text that is the same as long as the structure of a type is.
func Shape[T any]() string {
	var b strings.Builder
	shape(&b, reflect.TypeFor[T](), map[reflect.Type]bool{})
	return b.String()
}

func shape(b *strings.Builder, t reflect.Type, seen map[reflect.Type]bool) {
	b.WriteString(t.String())
	if seen[t] || t == timeType {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Pointer:
		shape(b, t.Elem(), seen)
	case reflect.Map:
		shape(b, t.Key(), seen)
		shape(b, t.Elem(), seen)
	case reflect.Struct:
		for _, f := range exported(t) {
			b.WriteString("{" + f.Name + " ")
			shape(b, f.Type, seen)
			b.WriteByte('}')
		}
	}
}

// plan writes and reads the values of one type.
type plan struct {
	write func([]byte, reflect.Value) []byte
	read  func(*reader, reflect.Value)
}

// reader is what is left to read.
type reader struct {
	rest string
	bad  bool
}

func (r *reader) number() uint64 {
	var n uint64
	for i, shift := 0, 0; i < len(r.rest) && shift < 64; i, shift = i+1, shift+7 {
		c := r.rest[i]
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.rest, r.bad = "", true
	return 0
}

// count is a number of things that take at least a byte each.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.rest, r.bad = "", true
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

var plans sync.Map // subject → *plan

// subject is what a plan is for.
type subject struct{ of, without reflect.Type }

var timeType = reflect.TypeFor[time.Time]()

func planOf(t reflect.Type) *plan { return planFor(t, nil) }

func planFor(t, without reflect.Type) *plan {
	about := subject{t, without}
	if p, ok := plans.Load(about); ok {
		return p.(*plan)
	}
	p := &plan{}
	// A type that contains itself finds its plan while it is being made; it is
	// complete before any value goes through it.
	made := map[reflect.Type]*plan{t: p}
	if without != nil {
		made[without] = &plan{write: func(out []byte, _ reflect.Value) []byte { return out }}
	}
	*p = *build(t, made)
	found, _ := plans.LoadOrStore(about, p)
	return found.(*plan)
}

func part(t reflect.Type, made map[reflect.Type]*plan) *plan {
	if p := made[t]; p != nil {
		return p
	}
	p := &plan{}
	made[t] = p
	*p = *build(t, made)
	return p
}

func build(t reflect.Type, made map[reflect.Type]*plan) *plan {
	if t == timeType {
		return &plan{writeTime, readTime}
	}
	switch t.Kind() {
	case reflect.Bool:
		return &plan{
			func(out []byte, v reflect.Value) []byte {
				if v.Bool() {
					return append(out, 1)
				}
				return append(out, 0)
			},
			func(r *reader, v reflect.Value) { v.SetBool(r.number() != 0) },
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &plan{
			func(out []byte, v reflect.Value) []byte { return binary.AppendVarint(out, v.Int()) },
			func(r *reader, v reflect.Value) {
				n := r.number()
				v.SetInt(int64(n>>1) ^ -int64(n&1))
			},
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &plan{
			func(out []byte, v reflect.Value) []byte { return binary.AppendUvarint(out, v.Uint()) },
			func(r *reader, v reflect.Value) { v.SetUint(r.number()) },
		}
	case reflect.Float32, reflect.Float64:
		return &plan{
			func(out []byte, v reflect.Value) []byte {
				return binary.AppendUvarint(out, math.Float64bits(v.Float()))
			},
			func(r *reader, v reflect.Value) { v.SetFloat(math.Float64frombits(r.number())) },
		}
	case reflect.String:
		return &plan{
			func(out []byte, v reflect.Value) []byte { return appendText(out, v.String()) },
			func(r *reader, v reflect.Value) { v.SetString(r.text()) },
		}
	case reflect.Slice:
		return slicePlan(t, part(t.Elem(), made))
	case reflect.Array:
		item := part(t.Elem(), made)
		return &plan{
			func(out []byte, v reflect.Value) []byte {
				for i := range t.Len() {
					out = item.write(out, v.Index(i))
				}
				return out
			},
			func(r *reader, v reflect.Value) {
				for i := range t.Len() {
					item.read(r, v.Index(i))
				}
			},
		}
	case reflect.Pointer:
		return pointerPlan(t, part(t.Elem(), made))
	case reflect.Map:
		return mapPlan(t, part(t.Key(), made), part(t.Elem(), made))
	case reflect.Struct:
		return structPlan(t, made)
	case reflect.Interface:
		return &plan{writeInterface, func(r *reader, _ reflect.Value) { r.bad = true }}
	}
	panic(fmt.Sprintf("record: values of type %v have no record", t))
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

// slicePlan tells nil from empty: a template can.
func slicePlan(t reflect.Type, item *plan) *plan {
	return &plan{
		func(out []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(out, 0)
			}
			n := v.Len()
			out = binary.AppendUvarint(out, uint64(n)+1)
			for i := range n {
				out = item.write(out, v.Index(i))
			}
			return out
		},
		func(r *reader, v reflect.Value) {
			n := r.number()
			if n == 0 {
				v.SetZero()
				return
			}
			// An item may take no bytes only when its type has no fields, and
			// nobody keeps lists of those.
			if n--; n > uint64(len(r.rest)) {
				r.rest, r.bad = "", true
				return
			}
			list := reflect.MakeSlice(t, int(n), int(n))
			for i := range int(n) {
				item.read(r, list.Index(i))
			}
			v.Set(list)
		},
	}
}

func pointerPlan(t reflect.Type, to *plan) *plan {
	return &plan{
		func(out []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(out, 0)
			}
			return to.write(append(out, 1), v.Elem())
		},
		func(r *reader, v reflect.Value) {
			if r.number() == 0 {
				v.SetZero()
				return
			}
			p := reflect.New(t.Elem())
			to.read(r, p.Elem())
			v.Set(p)
		},
	}
}

func mapPlan(t reflect.Type, key, item *plan) *plan {
	return &plan{
		func(out []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return append(out, 0)
			}
			out = binary.AppendUvarint(out, uint64(v.Len())+1)
			type entry struct{ key, item string }
			entries := make([]entry, 0, v.Len())
			for it := v.MapRange(); it.Next(); {
				entries = append(entries, entry{string(key.write(nil, it.Key())), string(item.write(nil, it.Value()))})
			}
			slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
			for _, e := range entries {
				out = append(append(out, e.key...), e.item...)
			}
			return out
		},
		func(r *reader, v reflect.Value) {
			n := r.number()
			if n == 0 {
				v.SetZero()
				return
			}
			v.Set(reflect.MakeMap(t))
			for ; n > 1 && !r.bad; n-- {
				k, i := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
				key.read(r, k)
				item.read(r, i)
				v.SetMapIndex(k, i)
			}
		},
	}
}

func exported(t reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			out = append(out, f)
		}
	}
	return out
}

func structPlan(t reflect.Type, made map[reflect.Type]*plan) *plan {
	type member struct {
		at   int
		plan *plan
	}
	var members []member
	for _, f := range exported(t) {
		members = append(members, member{f.Index[0], part(f.Type, made)})
	}
	return &plan{
		func(out []byte, v reflect.Value) []byte {
			for _, m := range members {
				out = m.plan.write(out, v.Field(m.at))
			}
			return out
		},
		func(r *reader, v reflect.Value) {
			for _, m := range members {
				m.plan.read(r, v.Field(m.at))
			}
		},
	}
}

func writeInterface(out []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(out, 0)
	}
	v = v.Elem()
	return planOf(v.Type()).write(appendText(append(out, 1), v.Type().String()), v)
}

// Zones of times. A fixed one is written with its offset.
const (
	zoneUTC = iota
	zoneLocal
	zoneFixed
)

func writeTime(out []byte, v reflect.Value) []byte {
	t := v.Interface().(time.Time)
	out = binary.AppendVarint(out, t.Unix())
	out = binary.AppendUvarint(out, uint64(t.Nanosecond()))
	switch t.Location() {
	case time.UTC:
		return append(out, zoneUTC)
	case time.Local:
		return append(out, zoneLocal)
	}
	name, offset := t.Zone()
	return appendText(binary.AppendVarint(append(out, zoneFixed), int64(offset)), name)
}

func readTime(r *reader, v reflect.Value) {
	n := r.number()
	t := time.Unix(int64(n>>1)^-int64(n&1), int64(r.number()))
	switch r.number() {
	case zoneUTC:
		t = t.UTC()
	case zoneFixed:
		n := r.number()
		t = t.In(time.FixedZone(r.text(), int(int64(n>>1)^-int64(n&1))))
	}
	v.Set(reflect.ValueOf(t))
}
