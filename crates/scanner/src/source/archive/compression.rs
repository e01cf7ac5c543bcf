//! How the bytes of an archive are packed, and out of it as a stream.
//!
//! What the file begins with decides, not its name: a `.tar.gz` that is really a
//! bzip2 file is unpacked by `tar` and `cpanm` all the same.

use std::cell::Cell;
use std::io::{self, Read as _};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip (RFC 1952), one member or several.
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Compression {
    /// What a file that begins with these bytes is packed with.
    pub fn of(head: &[u8]) -> Self {
        const MAGIC: [(&[u8], Compression); 3] = [
            (b"\x1f\x8b", Compression::Gzip),
            (b"BZh", Compression::Bzip2),
            (b"\xfd7zXZ\0", Compression::Xz),
        ];
        let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
        found.map_or(Self::None, |(_, compression)| *compression)
    }

    /// All unpacked bytes, where gzip says that they are no more than `most` (RFC 1952,
    /// ISIZE) and that is so. What is wrong with others shows when they are read.
    pub(super) fn whole(self, packed: &[u8], most: usize) -> Option<Unpacked> {
        let said = packed.last_chunk().filter(|_| self == Self::Gzip)?;
        let said = usize::try_from(u32::from_le_bytes(*said)).ok().filter(|said| *said <= most)?;
        // Behind the last byte there is room for one more, which there must not be.
        let mut unpacked = Unpacked::with_room(said + 1);
        let mut decoder = MultiGzDecoder::new(packed);
        loop {
            let room = unpacked.room.get_mut(unpacked.length..=said);
            match decoder.read(room.filter(|room| !room.is_empty())?).ok()? {
                0 => return Some(unpacked),
                got => unpacked.length += got,
            }
        }
    }

    /// The unpacked bytes, as they come.
    pub(super) fn unpack<'r>(self, packed: &'r [u8]) -> Box<dyn io::BufRead + 'r> {
        match self {
            Self::None => Box::new(packed),
            Self::Gzip => in_pieces(MultiGzDecoder::new(packed)),
            Self::Bzip2 => in_pieces(MultiBzDecoder::new(packed)),
            Self::Xz => in_pieces(xz(packed)),
        }
    }
}

/// What came out of an archive at once. A thread unpacks one after the other to the same
/// room: an allocator would keep those of many sizes.
#[derive(Debug)]
pub(super) struct Unpacked {
    room: Vec<u8>,
    length: usize,
}

thread_local! {
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Unpacked {
    /// Nothing yet, with room for so many bytes.
    fn with_room(bytes: usize) -> Self {
        let mut room = ROOM.take();
        if room.len() < bytes {
            room.resize(bytes, 0);
        }
        Self { room, length: 0 }
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.room.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        ROOM.set(std::mem::take(&mut self.room));
    }
}

/// Unpacks so many bytes at once: for each of the few that a tar file's reader asks for,
/// a decoder would copy its window.
const PIECE: usize = 64 << 10;

fn in_pieces<'r>(unpacked: impl io::Read + 'r) -> Box<dyn io::BufRead + 'r> {
    Box::new(io::BufReader::with_capacity(PIECE, unpacked))
}

#[cfg(feature = "xz")]
fn xz<'r>(packed: &'r [u8]) -> Box<dyn io::Read + 'r> {
    /// xz asks for the size of its window, which the file may set as it likes.
    const MEMORY: u64 = 80 << 20;
    match liblzma::stream::Stream::new_stream_decoder(MEMORY, liblzma::stream::CONCATENATED) {
        Ok(stream) => Box::new(liblzma::bufread::XzDecoder::new_stream(packed, stream)),
        Err(error) => Box::new(Broken(Some(error.into()))),
    }
}

#[cfg(not(feature = "xz"))]
fn xz<'r>(_packed: &'r [u8]) -> Box<dyn io::Read + 'r> {
    let message = "this build of perlscan reads no xz; one with the feature `xz` does";
    Box::new(Broken(Some(io::Error::new(io::ErrorKind::Unsupported, message))))
}

/// A stream that can't be begun: it says why when it is read.
struct Broken(Option<io::Error>);

impl io::Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
