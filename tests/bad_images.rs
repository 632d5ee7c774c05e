//! Images and stacks that are not what they claim: one typed error each, naming the file and the cause, and the others still read.
#![cfg(feature = "signal")]

use std::path::{Path, PathBuf};

use energraph::signal::{
    Grey, ImageError, Limits, Normaliser, StackError, StackReader, StackWriter, decode, image_files, read, read_idx,
    read_stack,
};

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("energraph-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn checked(w: usize, h: usize) -> Grey {
    Grey::new(w, h, (0..w * h).map(|i| if i % 7 < 2 { 30 } else { 220 }).collect()).unwrap()
}

#[test]
fn a_truncated_png_is_an_error_that_names_the_file() {
    let folder = Folder::new("cut");
    let png = checked(60, 40).to_png().unwrap();
    for keep in [9, 30, 50, png.len() / 2, png.len() - 20] {
        let path = folder.put("cut.png", &png[..keep]);
        let error = read(&path).unwrap_err();
        let cut = matches!(error.cause, ImageError::Truncated { .. } | ImageError::Damaged { .. });
        assert!(cut, "{keep} bytes: {error}");
        assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }
    let path = folder.put("cut.png", &png[..png.len() / 2]);
    assert!(matches!(read(&path).unwrap_err().cause, ImageError::Truncated { format: "PNG", .. }));
}

#[test]
fn a_truncated_jpeg_is_not_filled_with_grey() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::GrayImage::from_fn(60, 40, |x, y| image::Luma([(x * y % 251) as u8]));
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let jpeg = bytes.into_inner();
    assert_eq!(decode(&jpeg, &Limits::default()).unwrap().width(), 60);
    for keep in [jpeg.len() / 3, jpeg.len() * 3 / 4, jpeg.len() - 3] {
        let error = decode(&jpeg[..keep], &Limits::default()).unwrap_err();
        assert!(matches!(error, ImageError::Truncated { format: "JPEG", .. }), "{keep}: {error}");
    }
}

#[test]
fn a_text_file_named_png_is_not_an_image() {
    let folder = Folder::new("text");
    let error = read(&folder.put("letter.png", b"Dear Sir or Madam,")).unwrap_err();
    assert!(matches!(error.cause, ImageError::NotAnImage { .. }));
    assert!(error.to_string().contains("letter.png") && error.to_string().contains("not an image"), "{error}");
    assert!(matches!(read(&folder.put("none.png", b"")).unwrap_err().cause, ImageError::NotAnImage { .. }));
}

#[test]
fn an_image_of_one_pixel_is_read_and_normalised() {
    let folder = Folder::new("one");
    let image = read(&folder.put("one.png", &checked(1, 1).to_png().unwrap())).unwrap();
    assert_eq!(Normaliser::default().apply(&image).ink.dim(), (32, 32));
}

#[test]
fn an_image_of_20000_columns_is_too_large_and_says_what_is_not() {
    let folder = Folder::new("wide");
    let error = read(&folder.put("wide.png", &checked(20_000, 4).to_png().unwrap())).unwrap_err();
    let ImageError::TooLarge { width: 20_000, height: 4, side, .. } = error.cause else { panic!("{error}") };
    assert!(error.to_string().contains(&side.to_string()));
}

#[test]
fn a_header_that_promises_a_huge_image_is_refused_by_its_header() {
    let mut png = checked(2, 2).to_png().unwrap();
    png[16..24].copy_from_slice(&[0, 0, 0x3f, 0xff, 0, 0, 0x3f, 0xff]);
    // The checksum of the header is wrong now as well: any refusal will do, an allocation of 256 MB will not.
    assert!(decode(&png, &Limits::default()).is_err());
    let pnm = b"P6 15000 15000 255\n\0\0\0";
    assert!(matches!(decode(pnm, &Limits::default()), Err(ImageError::TooLarge { .. })));
    assert!(decode(b"P5 0 7 255\n", &Limits::default()).is_err());
}

#[test]
fn colour_transparency_and_sixteen_bits_become_grey() {
    let ppm = b"P6 3 1 255\n\xff\x00\x00\x00\xff\x00\x00\x00\xff";
    assert_eq!(decode(ppm, &Limits::default()).unwrap().pixels(), [76, 150, 29]);
    let deep = b"P5 2 1 65535\n\x80\x00\xff\xff";
    assert_eq!(decode(deep, &Limits::default()).unwrap().pixels(), [128, 255]);
    let bits = b"P4 8 1\n\xf0";
    assert_eq!(decode(bits, &Limits::default()).unwrap().pixels(), [0, 0, 0, 0, 255, 255, 255, 255]);
    let mut bytes = std::io::Cursor::new(Vec::new());
    let clear = image::RgbaImage::from_raw(2, 1, vec![0, 0, 0, 0, 0, 0, 0, 128]).unwrap();
    clear.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    assert_eq!(decode(&bytes.into_inner(), &Limits::default()).unwrap().pixels(), [255, 127]);
}

#[test]
fn an_empty_folder_and_a_missing_one_are_errors() {
    let folder = Folder::new("empty");
    folder.put("notes.txt", b"nothing here");
    let error = image_files(&folder.0).unwrap_err();
    assert!(error.to_string().contains("holds no image"), "{error}");
    assert!(image_files(Path::new("/nonexistent/folder")).is_err());
    assert!(matches!(StackReader::open(&folder.0, Some(2)), Err(StackError::NotAStack { .. })));
    assert!(matches!(StackReader::open(Path::new("/nonexistent/stack"), None), Err(StackError::NotAStack { .. })));
}

#[test]
fn in_a_folder_one_damaged_image_does_not_stop_the_others() {
    let folder = Folder::new("mixed");
    let png = checked(30, 20).to_png().unwrap();
    folder.put("a.png", &png);
    folder.put("b.png", &png[..40]);
    folder.put("c.png", &png);
    folder.put("labels.tsv", b"a.png\t1\nb.png\t2\nmissing.png\t3\nc.png\t4\n");
    let read: Vec<_> = StackReader::open(&folder.0, Some(2)).unwrap().collect();
    let texts: Vec<_> = read.iter().flatten().map(|i| i.text.as_str()).collect();
    assert_eq!((read.len(), texts), (4, vec!["1", "4"]));
    let errors: Vec<String> = read.iter().filter_map(|r| r.as_ref().err()).map(ToString::to_string).collect();
    assert!(errors[0].contains("b.png") && errors[1].contains("missing.png"), "{errors:?}");
}

#[test]
fn a_stack_tells_missing_columns_missing_images_and_images_too_many() {
    let folder = Folder::new("stack");
    let name = folder.0.join("s");
    let mut writer = StackWriter::create(&name).unwrap();
    for i in 1..=3 {
        writer.push(&checked(5, 4), &[&i.to_string(), "text"]).unwrap();
    }
    assert!(matches!(writer.push(&checked(5, 4), &["4", "a\tb"]), Err(StackError::BadLine { line: 4, .. })));
    writer.finish().unwrap();
    assert_eq!(read_stack(&name, Some(2)).unwrap().len(), 3);
    assert_eq!(read_stack(&folder.0.join("s.pgm.gz"), Some(2)).unwrap()[1].columns, ["2", "text"]);
    assert!(matches!(read_stack(&name, Some(3)), Err(StackError::Column { line: 1, columns: 2, asked: 3, .. })));
    assert!(matches!(read_stack(&name, Some(0)), Err(StackError::Column { asked: 0, .. })));

    folder.put("s.tsv", b"1\ta\n2\tb\n");
    assert!(matches!(read_stack(&name, Some(2)), Err(StackError::Count { images: 3, lines: 2, .. })));
    folder.put("s.tsv", b"1\ta\n2\tb\n3\tc\n4\td\n");
    assert!(matches!(read_stack(&name, Some(2)), Err(StackError::Count { images: 3, lines: 4, .. })));
    folder.put("s.tsv", b"1\ta\n2\t\xff\n");
    assert!(matches!(read_stack(&name, Some(2)), Err(StackError::BadLine { line: 2, .. })));

    folder.put("s.tsv", b"1\ta\n2\tb\n3\tc\n");
    let packed = std::fs::read(folder.0.join("s.pgm.gz")).unwrap();
    folder.put("s.pgm.gz", &packed[..packed.len() - 12]);
    let read: Vec<_> = StackReader::open(&name, Some(2)).unwrap().collect();
    assert!(matches!(read.last(), Some(Err(StackError::Image { .. }))), "{read:?}");
}

#[test]
fn idx_files_are_checked_against_their_headers() {
    let folder = Folder::new("idx");
    let images = folder.put("images", &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40]);
    let labels = folder.put("labels", &[0, 0, 8, 1, 0, 0, 0, 2, 7, 3]);
    let digits = read_idx(&images, &labels).unwrap();
    assert_eq!((digits.len(), digits.width, digits.height), (2, 2, 1));
    assert_eq!(digits.ink(1)[[0, 1]], 40.0 / 255.0);
    assert_eq!(digits.ink(2).len(), 0);
    assert!(read_idx(&labels, &images).unwrap_err().to_string().contains("magic number"));
    let short = folder.put("short", &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10]);
    assert!(read_idx(&short, &labels).unwrap_err().to_string().contains("1 bytes of data"));
    let one = folder.put("one", &[0, 0, 8, 1, 0, 0, 0, 1, 7]);
    assert!(read_idx(&images, &one).unwrap_err().to_string().contains("2 images, but 1 labels"));
}

#[test]
fn the_real_sets_are_read_whole() {
    let Some(data) = std::env::var_os("ENERGRAPH_DATA").map(PathBuf::from) else {
        println!("skipped: ENERGRAPH_DATA is not set");
        return;
    };
    assert_eq!(read_stack(&data.join("orand_car_a/train"), Some(2)).unwrap().len(), 900);
    assert_eq!(read_stack(&data.join("meza_amounts/test"), Some(2)).unwrap().len(), 1176);
    let mnist = data.join("mnist");
    let test = read_idx(&mnist.join("t10k-images-idx3-ubyte.gz"), &mnist.join("t10k-labels-idx1-ubyte.gz")).unwrap();
    assert_eq!((test.len(), test.width, test.height), (10_000, 28, 28));
}
