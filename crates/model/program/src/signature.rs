//! Whether an executable file is signed.

use object::read::ReadRef;
use object::read::pe::PeFile64;
use object::{LittleEndian, macho, pe};

use crate::Form;

/// The largest signature of a Mach-O file that is looked into, in bytes.
const BYTES_MAX: u64 = 16 << 20;
/// The magic number of a Mach-O signature that embeds several parts, and the kind of its CMS part (cs_blobs.h).
const EMBEDDED: u32 = 0xfade_0cc0;
const SLOT_CMS: u32 = 0x1_0000;
/// A CMS part without a signer has its header alone.
const EMPTY_CMS_BYTES: u32 = 8;

/// Whether a file is signed. goward does not judge the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It is not.
    None,
    /// It is, by somebody.
    Present,
    /// It has a signature without a signer, as the linkers for macOS on arm64 make.
    AdHoc,
}

impl Signature {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Signature::None => "none",
            Signature::Present => "present",
            Signature::AdHoc => "ad-hoc",
        }
    }
}

pub(crate) fn of<'data>(data: impl ReadRef<'data>, form: Form) -> Signature {
    match form {
        Form::Pe => of_pe(data),
        Form::MachO => of_mach_o(data).unwrap_or(Signature::None),
        Form::Elf | Form::Other => Signature::None,
    }
}

/// The directory of certificates (Authenticode) names some bytes.
fn of_pe<'data>(data: impl ReadRef<'data>) -> Signature {
    let entry = match PeFile64::parse(data) {
        Ok(file) => file.data_directories().get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY).map(size),
        Err(_) => object::read::pe::PeFile32::parse(data)
            .ok()
            .and_then(|file| file.data_directories().get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY).map(size)),
    };
    if entry.unwrap_or(0) > 0 { Signature::Present } else { Signature::None }
}

fn size(entry: &pe::ImageDataDirectory) -> u32 {
    entry.size.get(LittleEndian)
}

fn of_mach_o<'data>(data: impl ReadRef<'data>) -> Option<Signature> {
    use object::read::macho::{LoadCommandVariant, MachHeader as _};
    let place = |command: &macho::LinkeditDataCommand<object::Endianness>, endian| {
        (u64::from(command.dataoff.get(endian)), u64::from(command.datasize.get(endian)))
    };
    let (offset, bytes) = {
        let header = macho::MachHeader64::<object::Endianness>::parse(data, 0).ok()?;
        let endian = header.endian().ok()?;
        let mut commands = header.load_commands(endian, data, 0).ok()?;
        let mut found = None;
        while let Ok(Some(command)) = commands.next() {
            if let Ok(LoadCommandVariant::LinkeditData(linkedit)) = command.variant()
                && command.cmd() == macho::LC_CODE_SIGNATURE
            {
                found = Some(place(linkedit, endian));
            }
        }
        found?
    };
    let blob = data.read_bytes_at(offset, bytes.min(BYTES_MAX)).ok()?;
    let number = |at: usize| {
        let bytes: [u8; 4] = blob.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    if number(0)? != EMBEDDED {
        return Some(Signature::AdHoc);
    }
    let count = usize::try_from(number(8)?).ok()?.min(64);
    let cms = (0..count).find_map(|index| {
        let at = 12 + 8 * index;
        (number(at)? == SLOT_CMS).then(|| usize::try_from(number(at + 4)?).ok())?
    });
    let cms_bytes = cms.and_then(|at| number(at.checked_add(4)?)).unwrap_or(0);
    Some(if cms_bytes > EMPTY_CMS_BYTES { Signature::Present } else { Signature::AdHoc })
}
