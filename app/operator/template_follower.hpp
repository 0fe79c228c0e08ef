// Keeps a template in step with its file.
#pragma once
#include "base/fd.hpp"
#include "base/log.hpp"
#include "config/watch.hpp"
#include "operator/template.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace greeter::control {

struct TemplateUser {
  std::function<void(std::shared_ptr<const Template>)> use;
  std::function<void()> refused; // the file makes no sense: the last good one holds
};

// A thread that reads the file again whenever it changes.
class TemplateFollower {
public:
  // `watch` is on `file`, from before its first read: no change falls between the two. All outlive it.
  TemplateFollower(Watch& watch, std::string file, TemplateUser user, Log& log);
  ~TemplateFollower();
  TemplateFollower(const TemplateFollower&) = delete;
  TemplateFollower& operator=(const TemplateFollower&) = delete;

private:
  void run();
  void read();

  Watch& watch_;
  const std::string file_;
  const TemplateUser user_;
  Log& log_;
  Fd stop_; // an eventfd
  std::thread thread_;
};

} // namespace greeter::control
