//! ASCII armor and the frames of OpenPGP packets (RFC 9580, 6 and 4.2).

/// The largest file of keys or signatures, in bytes.
pub(super) const LARGEST: u64 = 16 << 20;

/// The packet type of a signature.
pub(super) const SIGNATURE: u8 = 2;
/// The packet type of a public key.
pub(super) const PUBLIC_KEY: u8 = 6;
/// The packet type of a user id.
#[cfg(feature = "https")]
pub(super) const USER_ID: u8 = 13;

/// The bytes of an armored file, several blocks one after another; a binary
/// file as it is.
pub(super) fn dearmor(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let begins = |line: &&[u8]| line.trim_ascii().starts_with(b"-----BEGIN PGP ");
    // A binary packet's first byte has its highest bit set; armor is text.
    if bytes.first().is_some_and(|first| first & 0x80 != 0) || is_keybox(bytes) {
        return Ok(bytes.to_vec());
    }
    let mut lines = bytes.split(|b| *b == b'\n');
    let mut found = Vec::new();
    let mut blocks = 0;
    while lines.by_ref().any(|line| begins(&line)) {
        blocks += 1;
        // Headers end with an empty line.
        if !lines.by_ref().any(|line| line.trim_ascii().is_empty()) {
            return Err("an armored block has no body".into());
        }
        let mut text = Vec::new();
        let mut checksum = None;
        let mut ended = false;
        for line in lines.by_ref() {
            let line = line.trim_ascii();
            if line.starts_with(b"-----END PGP ") {
                ended = true;
                break;
            }
            match line.strip_prefix(b"=") {
                Some(sum) if sum.len() == 4 => checksum = Some(base64(sum)?),
                _ => text.extend_from_slice(line),
            }
        }
        if !ended {
            return Err("an armored block does not end; the file is cut".into());
        }
        let body = base64(&text)?;
        if checksum.is_some_and(|sum| sum != crc24(&body).to_be_bytes()[1..]) {
            return Err("an armored block does not have its checksum; the file is damaged".into());
        }
        found.extend_from_slice(&body);
    }
    if blocks == 0 {
        return Err("this is no OpenPGP file, neither armored nor binary".into());
    }
    Ok(found)
}

/// GnuPG's own container of keys, which only GnuPG reads.
pub(super) fn is_keybox(bytes: &[u8]) -> bool {
    bytes.get(8..12) == Some(b"KBXf")
}

/// A packet: its type and its body.
pub(super) type Frame<'a> = (u8, &'a [u8]);

/// The types of all packets, in order.
pub(super) fn packets(bytes: &[u8]) -> Result<Vec<u8>, String> {
    Ok(frames(bytes)?.into_iter().map(|(kind, _)| kind).collect())
}

/// All packets, in order.
pub(super) fn frames(bytes: &[u8]) -> Result<Vec<Frame<'_>>, String> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((&tag, after)) = rest.split_first() {
        if tag & 0x80 == 0 {
            return Err("this is no OpenPGP file".into());
        }
        let cut = || "an OpenPGP packet is cut; the file is not whole".to_owned();
        let field = |size: usize| -> Result<(usize, usize), String> {
            let bytes = after.get(..size).ok_or_else(cut)?;
            Ok((bytes.iter().fold(0, |sum, b| sum << 8 | usize::from(*b)), size))
        };
        let (kind, (length, header)) = if tag & 0x40 == 0 {
            let length = match tag & 3 {
                0 => field(1)?,
                1 => field(2)?,
                2 => field(4)?,
                _ => return Err("an OpenPGP packet has no length".into()),
            };
            (tag >> 2 & 15, length)
        } else {
            let length = match after.first().copied().ok_or_else(cut)? {
                short @ 0..=191 => (usize::from(short), 1),
                high @ 192..=223 => {
                    let low = after.get(1).copied().ok_or_else(cut)?;
                    ((usize::from(high) - 192) * 256 + usize::from(low) + 192, 2)
                }
                255 => {
                    let bytes = after.get(1..5).ok_or_else(cut)?;
                    (bytes.iter().fold(0, |sum, b| sum << 8 | usize::from(*b)), 5)
                }
                _ => return Err("an OpenPGP packet comes in parts".into()),
            };
            (tag & 63, length)
        };
        let end = header.checked_add(length).ok_or_else(cut)?;
        found.push((kind, after.get(header..end).ok_or_else(cut)?));
        rest = &after[end..];
    }
    Ok(found)
}

fn base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut found = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for &byte in text.iter().filter(|b| **b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err("an armored block is not base64; the file is damaged".into()),
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            found.push((bits >> held & 255) as u8);
        }
    }
    Ok(found)
}

fn crc24(bytes: &[u8]) -> u32 {
    let mut crc = 0x00b7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    crc & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (text, bytes) in
            [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")]
        {
            assert_eq!(base64(text.as_bytes()).expect(text), bytes.as_bytes());
        }
        assert!(base64(b"Zm9*").is_err());
    }

    #[test]
    fn the_checksum_is_crc_24_openpgp() {
        // The check value of the CRC catalogue.
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
    }

    #[test]
    fn a_cut_packet_is_an_error() {
        // Old format, two bytes of length; new format, one.
        assert_eq!(packets(&[0x89, 0, 1, 9]), Ok(vec![2]));
        assert_eq!(packets(&[0xc2, 1, 9, 0xc6, 0]), Ok(vec![2, 6]));
        for cut in [&[0x89][..], &[0x89, 0, 2, 9], &[0xc2], &[0xc2, 255, 0, 0], &[0x8b, 1], b"x"] {
            assert!(packets(cut).is_err(), "{cut:?}");
        }
    }
}
