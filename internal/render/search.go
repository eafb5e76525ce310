package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"whyfix/internal/site"
)

// listFile is the name of the list for searching without the endpoint.
const listFile = "search-lite.json"

// search are the places of the search pages, in the order of the languages.
func (r *Renderer) search() []site.Page {
	out := make([]site.Page, len(r.site.Languages))
	for i, l := range r.site.Languages {
		out[i] = site.Page{URL: r.site.Prefix + l.Home() + "search/", File: l.Home() + "search/index.html", Language: l.Tag}
		for _, other := range r.site.Languages {
			if other != l {
				out[i].Translations = append(out[i].Translations, site.Translation{Language: other.Tag, URL: r.site.Prefix + other.Home() + "search/"})
			}
		}
	}
	return out
}

// SearchTemplate makes search.html: the page of a search, with the actions
// that the server will fill. The search pages of other languages than the
// default stand before it, each under its name: see SearchPage.
func (r *Renderer) SearchTemplate() ([]byte, error) {
	var out bytes.Buffer
	places := r.search()
	for i := len(places) - 1; i >= 0; i-- {
		page, err := r.byLanguage[r.site.Languages[i]].searchPage(places[i])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			fmt.Fprintf(&out, "[[define %q]]%s[[end]]", SearchPage(r.site.Languages[i]), page)
		} else {
			out.Write(page)
		}
	}
	if len(places) > 1 {
		for i, l := range r.site.Languages {
			fmt.Fprintf(&out, "[[define %q]]%s[[end]]", "language of "+SearchPage(l), places[i].Language)
		}
	}
	return out.Bytes(), nil
}

// SearchPage is the name of a language's search page in the search template:
// its address below the site's root. That of the default language is "search/".
func SearchPage(l *site.Language) string { return l.Home() + "search/" }

func (r *languageRenderer) searchPage(at site.Page) ([]byte, error) {
	view := SearchView{Page: r.page("search", at, "title_search"), Symptoms: r.asked, Popular: len(r.in.Popular) > 0}
	for _, c := range r.in.Root.Children {
		view.Categories = append(view.Categories, Link{Title: c.Title, URL: c.URL, Count: c.Count()})
	}
	page, err := r.theme.page(nil, "search", harmless(reflect.ValueOf(&view)).Interface())
	if err != nil {
		return nil, err
	}
	page = bytes.ReplaceAll(page, []byte(bracket), []byte("&#91;"))
	return bytes.ReplaceAll(page, []byte("%ee%80%80"), []byte("%5b")), nil
}

// bracket stands for an opening bracket of the writer's own while the search
// page goes through the theme, so that two of them are not read as an action:
// a character that no text uses.
const bracket = "\uE000"

// harmless is a copy of a view in which no text has two opening brackets. It
// walks over all there is, so that no field can be forgotten.
func harmless(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return v
		}
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		if strings.Contains(s, "[[") {
			s = strings.ReplaceAll(s, "[", bracket)
		}
		out.SetString(s)
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(harmless(v.Field(i)))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(harmless(v.Index(i)))
		}
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, harmless(v.MapIndex(k)))
		}
	case reflect.Pointer:
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(harmless(v.Elem()))
	case reflect.Interface:
		out.Set(harmless(v.Elem()))
	default:
		return v
	}
	return out
}

// SearchLists are the lists of titles and symptoms that a page's search falls
// back to when the endpoint cannot be reached: one for each language.
func (r *Renderer) SearchLists() ([]File, error) {
	type entry struct {
		URL      string   `json:"url"`
		Title    string   `json:"title"`
		Symptoms []string `json:"symptoms,omitempty"`
	}
	var out []File
	for _, l := range r.site.Languages {
		list := []entry{}
		for _, a := range r.site.Articles {
			if a.Category.In == l {
				list = append(list, entry{EscapeURL(a.URL), a.Title.Value, each(a.Symptoms, text)})
			}
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(list); err != nil {
			return nil, fmt.Errorf("render: %w", err)
		}
		out = append(out, File{Path: l.Home() + listFile, Data: b.Bytes()})
	}
	return out, nil
}
