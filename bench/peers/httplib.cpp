// httplib.cpp - cpp-httplib's own server as the distribution packages it, with no option set: httplib PORT
#include <cstdlib>
#include <httplib.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  httplib::Server server;
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"response":"Moin!"})", "application/json");
  });
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
