//! How long it takes to load the embedded database with its checks, and to
//! look up twenty distributions: the median of 101 runs each.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a measurement prints, and may fail")]

use std::time::Instant;

use perlscan_scanner::advisory::store;
use perlscan_scanner::model::database::AdvisoryDb;

const DISTS: [&str; 20] = [
    "Mojolicious",
    "DBI",
    "DBD-SQLite",
    "YAML-LibYAML",
    "libwww-perl",
    "HTTP-Tiny",
    "Plack",
    "Imager",
    "Net-OAuth",
    "CPAN",
    "Catalyst-Runtime",
    "Dancer",
    "Archive-Tar",
    "Storable",
    "Encode",
    "CGI",
    "Spreadsheet-ParseExcel",
    "Email-MIME",
    "XML-Parser",
    "perl",
];

fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..101)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let load = median(|| {
        std::hint::black_box(store::embedded().expect("it is sound"));
    });
    let db: AdvisoryDb = store::embedded().expect("it is sound");
    let look_up = median(|| {
        for dist in DISTS {
            std::hint::black_box(db.dist(dist).expect("it is sound"));
        }
    });
    println!("load {load:.3} ms");
    println!("look-ups {look_up:.3} ms");
    println!("size {} KiB", store::embedded_bytes().len() / 1024);
}
