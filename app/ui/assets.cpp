#include "ui/assets.hpp"

#include "ui/embedded.hpp"

namespace greeter {

namespace {

constexpr std::string_view html = "text/html; charset=utf-8", css = "text/css; charset=utf-8",
                           script = "text/javascript; charset=utf-8", json = "application/json";

// Nothing that is written into a page runs or looks like anything there, whoever gets it there.
constexpr std::string_view ui_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

// The viewer of the API comes from elsewhere: two files of one version. docs.js says which, and what they have to be.
#define GREETER_VIEWER "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/"
constexpr std::string_view docs_policy =
    "default-src 'none'; script-src 'self' " GREETER_VIEWER "swagger-ui-bundle.js; style-src 'self' " GREETER_VIEWER
    "swagger-ui.css; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
#undef GREETER_VIEWER

// For whatever is no page: a browser that is made to show it as one gets nothing to run.
constexpr std::string_view no_page = "default-src 'none'; frame-ancestors 'none'";

template <std::size_t size> constexpr std::string_view bytes(const char (&array)[size]) { return {array, size}; }

#define GREETER_ASSET(path, type, policy, name)                                                                        \
  Asset { path, type, policy, embedded::name##_etag, bytes(embedded::name) }
constexpr Asset all[] = {
    GREETER_ASSET("/ui", html, ui_policy, ui_html),
    GREETER_ASSET("/ui/ui.css", css, no_page, ui_css),
    GREETER_ASSET("/ui/api.js", script, no_page, api_js),
    GREETER_ASSET("/ui/dom.js", script, no_page, dom_js),
    GREETER_ASSET("/ui/editor.js", script, no_page, editor_js),
    GREETER_ASSET("/ui/events.js", script, no_page, events_js),
    GREETER_ASSET("/ui/table.js", script, no_page, table_js),
    GREETER_ASSET("/ui/time.js", script, no_page, time_js),
    GREETER_ASSET("/ui/timeline.js", script, no_page, timeline_js),
    GREETER_ASSET("/ui/transfer.js", script, no_page, transfer_js),
    GREETER_ASSET("/ui/ui.js", script, no_page, ui_js),
    GREETER_ASSET("/ui/visits.js", script, no_page, visits_js),
    GREETER_ASSET("/docs", html, docs_policy, docs_html),
    GREETER_ASSET("/docs/docs.css", css, no_page, docs_css),
    GREETER_ASSET("/docs/docs.js", script, no_page, docs_js),
    GREETER_ASSET("/openapi.json", json, no_page, openapi_json),
};
#undef GREETER_ASSET
static_assert(std::size(all) == embedded::embedded_files, "every file of this folder is served");

} // namespace

std::span<const Asset> assets() { return all; }

} // namespace greeter
