//! Draws the fields of `data/samples` and their `labels.tsv`, always the same ones:
//!
//!     cargo run --release --example draw_samples -- data/samples

use energraph::handwriting::generator::samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "data/samples".to_string()));
    std::fs::create_dir_all(&folder)?;
    let mut labels = String::new();
    for (name, field) in samples() {
        field.image.write_png(&folder.join(&name))?;
        labels += &format!("{name}\t{}\n", field.amount.text);
    }
    std::fs::write(folder.join("labels.tsv"), labels)?;
    Ok(())
}
