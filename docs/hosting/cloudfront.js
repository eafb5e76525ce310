// A function of CloudFront, at the viewer's request, where a private bucket has the
// files of a site: a folder is shown by its index.html, and has a slash at its end.
function handler(event) {
  var request = event.request;
  var name = request.uri.substring(request.uri.lastIndexOf('/') + 1);
  if (name === '') {
    request.uri += 'index.html';
    return request;
  }
  if (name.indexOf('.') >= 0) return request;
  var query = [];
  for (var key in request.querystring) {
    var q = request.querystring[key];
    (q.multiValue || [q]).forEach(function (v) { query.push(key + (v.value === '' ? '' : '=' + v.value)); });
  }
  var to = request.uri + '/' + (query.length ? '?' + query.join('&') : '');
  return { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: { value: to } } };
}
