use energraph::handwriting::train::*;
use energraph::nn::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let config = TrainConfig::read(a[1].as_ref()).unwrap_or_else(|e| panic!("{e}"));
    let check = config.schedule.check;
    let mut t = Trainer::new(config, "/work/shared/data".as_ref(), 1, ComputeDevice::cpu()).unwrap();
    let t0 = std::time::Instant::now();
    while !t.is_done() {
        t.step().unwrap();
        if t.steps() % 20 == 0 && t.steps() < 100 { println!("{} {:.1}s", t.steps(), t0.elapsed().as_secs_f64()); }
        if t.steps() % check == 0 {
            let p = t.report().unwrap();
            print!("{:6} {:7.1}s loss {:.4} lost {}", p.step, t0.elapsed().as_secs_f64(), p.loss, p.lost);
            for (n, s) in &p.dev { print!("  {n} {:.2}", 100.0 * s.value()); }
            println!();
        }
    }
}
