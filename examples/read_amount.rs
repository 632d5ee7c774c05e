//! Reads a handwritten amount with the shipped model:
//!
//!     cargo run --release --example read_amount [-- IMAGE]

use std::path::{Path, PathBuf};

use energraph::handwriting::Recognizer;
use energraph::nn::DeviceChoice;
use energraph::signal;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let image = std::env::args().nth(1).map_or_else(|| here.join("data/samples/cheque-15.png"), PathBuf::from);

    let device = DeviceChoice::Cpu.resolve()?;
    let (mut reader, _info) = Recognizer::load(&here.join("data/models/amounts.safetensors"), None, device)?;
    let reading = reader.read(&signal::read(&image)?)?;

    println!("{}: {}, confidence {:.4}", image.display(), reading.text(), reading.confidence());
    for s in &reading.segments {
        let [x, y, width, height] = s.bounds;
        println!(
            "  {}  at ({x}, {y}), {width} × {height}: energy {:.2}, posterior {:.3}",
            s.symbol, s.energy, s.posterior
        );
    }
    for other in reading.alternatives.iter().skip(1) {
        println!("  or {}, confidence {:.4}", other.text, other.confidence);
    }
    Ok(())
}
