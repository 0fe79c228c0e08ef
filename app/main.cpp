#include "cli/cli.hpp"

int main(int argc, char** argv) { return greeter::run(argc, argv); }
