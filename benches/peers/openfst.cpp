// OpenFst's times of the cases of the bench `algebra`, in its lines of JSON.
//
//     g++ -O3 -march=native -std=c++17 openfst.cpp -lfst -ldl -lpthread -o openfst      # Debian: libfst-dev
//     ./openfst FOLDER [CASE…]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fst/fstlib.h>
#include <malloc.h>

using namespace fst;
using Std = VectorFst<StdArc>;
using Log = VectorFst<LogArc>;

static std::string folder;
static std::vector<std::string> wanted;

static bool want(const std::string& c) { return wanted.empty() || std::find(wanted.begin(), wanted.end(), c) != wanted.end(); }

static Std load(const std::string& name) {
  std::ifstream in(folder + "/" + name + ".txt");
  if (!in) { perror(name.c_str()); exit(1); }
  Std f;
  auto state = [&](int s) { while (f.NumStates() <= s) f.AddState(); };
  std::string line;
  while (std::getline(in, line)) {
    int a, b, i, o;
    float w;
    if (sscanf(line.c_str(), "%d\t%d\t%d\t%d\t%f", &a, &b, &i, &o, &w) == 5) {
      state(std::max(a, b));
      f.AddArc(a, StdArc(i, o, w, b));
    } else if (sscanf(line.c_str(), "%d\t%f", &a, &w) == 2) {
      state(a);
      f.SetFinal(a, w);
    }
  }
  f.SetStart(0);
  return f;
}

static long kib(const char* key) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) if (line.rfind(key, 0) == 0) return atol(line.c_str() + strlen(key));
  return 0;
}

// Once not counted, then up to 30 times or for 12 seconds.
static void timed(const std::string& name, const std::function<std::string()>& run) {
  malloc_trim(0);
  { std::ofstream("/proc/self/clear_refs") << "5"; }
  long before = kib("VmRSS:");
  std::string said = run();
  double mib = std::max(0l, kib("VmHWM:") - before) / 1024.0;
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  auto began = Clock::now();
  while (times.size() < 30 && (times.empty() || Clock::now() - began < std::chrono::seconds(12))) {
    auto start = Clock::now();
    said = run();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  auto at = [&](double share) { return times[std::lround((times.size() - 1) * share)]; };
  printf("{\"case\":\"%s\",\"median_ms\":%.3f,\"p10_ms\":%.3f,\"p90_ms\":%.3f,\"check\":\"%s\",\"mib\":%.1f}\n",
         name.c_str(), at(0.5), at(0.1), at(0.9), said.c_str(), mib);
  fflush(stdout);
}

static std::string text(const char* format, double a, double b = 0) {
  char buffer[128];
  snprintf(buffer, sizeof buffer, format, a, b);
  return buffer;
}

static std::string sizes(const Std& f) {
  size_t arcs = 0;
  for (int s = 0; s < f.NumStates(); ++s) arcs += f.NumArcs(s);
  return text("states=%.0f arcs=%.0f", f.NumStates(), arcs);
}

static Log logs(const Std& f) {
  Log o;
  ArcMap(f, &o, WeightConvertMapper<StdArc, LogArc>());
  return o;
}

static std::string forward(const Log& f) {
  std::vector<LogWeight> d;
  ShortestDistance(f, &d, false, 1e-7f);
  LogWeight z = LogWeight::Zero();
  for (int s = 0; s < f.NumStates(); ++s) if (f.Final(s) != LogWeight::Zero()) z = Plus(z, Times(d[s], f.Final(s)));
  return text("energy=%.6f", z.Value());
}

// The shares of all arcs, as the gradient of the distance.
static std::string gradient(const Log& f) {
  std::vector<LogWeight> a, b;
  ShortestDistance(f, &a, false, 1e-7f);
  ShortestDistance(f, &b, true, 1e-7f);
  float z = b[f.Start()].Value();
  double squares = 0;
  for (int s = 0; s < f.NumStates(); ++s)
    for (ArcIterator<Log> it(f, s); !it.Done(); it.Next()) {
      auto& x = it.Value();
      float g = std::exp(z - a[s].Value() - x.weight.Value() - b[x.nextstate].Value());
      squares += double(g) * g;
    }
  return text("energy=%.6f squares=%.5f", z, squares);
}

static std::string best(const Std& f) {
  Std p;
  ShortestPath(f, &p);
  return text("energy=%.6f arcs=%.0f", ShortestDistance(p).Value(), p.NumStates() - 1);
}

static std::string ten_best(const Std& f) {
  Std p;
  ShortestPath(f, &p, 10);
  double sum = 0;
  int paths = 0;
  std::function<void(int, double)> go = [&](int s, double w) {
    if (p.Final(s) != StdArc::Weight::Zero()) { sum += w + p.Final(s).Value(); ++paths; }
    for (ArcIterator<Std> it(p, s); !it.Done(); it.Next()) go(it.Value().nextstate, w + it.Value().weight.Value());
  };
  go(p.Start(), 0);
  return text("paths=%.0f sum=%.4f", paths, sum);
}

static Std composed(const std::string& tag, const std::string& left, const std::string& right) {
  Std l = load(left), r = load(right), o;
  ArcSort(&l, OLabelCompare<StdArc>());
  ArcSort(&r, ILabelCompare<StdArc>());
  timed(tag + "_compose", [&] { Std o; Compose(l, r, &o); return sizes(o); });
  Compose(l, r, &o);
  return o;
}

int main(int count, char** arguments) {
  if (count < 2) return fprintf(stderr, "name a folder of graphs\n"), 2;
  folder = arguments[1];
  wanted.assign(arguments + 2, arguments + count);
  if (want("a1")) {
    Std g = composed("a1", "a1_emit", "a1_ctc");
    Log l = logs(g);
    timed("b_forward", [&] { return forward(l); });
    timed("b_forward_grad", [&] { return gradient(l); });
    timed("b_viterbi", [&] { return best(g); });
  }
  if (want("a2")) composed("a2", "a2_left", "a2_right");
  for (std::string tag : {"a3s", "a3"}) if (want(tag)) composed(tag, tag + "_lex", tag + "_bigram");
  if (want("c")) {
    Std g = load("c_dag");
    Log l = logs(g);
    timed("c_viterbi", [&] { return best(g); });
    timed("c_10best", [&] { return ten_best(g); });
    timed("c_logdist", [&] { return forward(l); });
    timed("c_logdist_grad", [&] { return gradient(l); });
  }
  if (want("d")) {
    Std f = load("d_words_eps"), without(f), tree;
    RmEpsilon(&without);
    // Copies are made anew before they are changed; copying is counted with what changes them, some hundredths of it.
    timed("d_rmeps", [&] { Std x(f); x.SetFinal(0, StdArc::Weight::Zero()); RmEpsilon(&x); return sizes(x); });
    timed("d_determinize", [&] { Std o; Determinize(without, &o); return sizes(o); });
    Determinize(without, &tree);
    timed("d_minimize", [&] { Std o(tree); o.SetFinal(o.Start(), o.Final(o.Start())); Minimize(&o); return sizes(o); });
    timed("d_all", [&] { Std x(f), o; x.SetFinal(0, StdArc::Weight::Zero()); RmEpsilon(&x); Determinize(x, &o); Minimize(&o); return sizes(o); });
  }
}
