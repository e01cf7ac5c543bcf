//! Which modules load others on behalf of their arguments, and which functions
//! they export that do.

use super::found::Sink;
use super::{inherit, loader, pragma};
use crate::perl::token::Token;

/// Reads the arguments of a module or a function.
pub(super) type Reader = fn(&[Token], &mut Sink<'_, '_, '_>);

/// What reads the list of a `use` statement. The module itself has been told.
pub(super) fn reader(module: &[u8]) -> Option<Reader> {
    let reader: Reader = match module {
        b"parent" => inherit::parent,
        b"base" => inherit::base,
        b"if" | b"unless" => pragma::import_if,
        b"superclass" => inherit::superclass,
        b"mixin" => inherit::all,
        b"aliased" | b"autouse" | b"later" | b"prefork" => pragma::one,
        b"only" => pragma::only,
        b"syntax" => pragma::syntax,
        b"POE" => pragma::poe,
        b"Catalyst" => pragma::catalyst,
        b"Inline" => pragma::inline,
        b"Any::Moose" => inherit::any_moose,
        b"Class::Autouse" => inherit::all,
        b"Kelp::Base"
        | b"Mojo::Base"
        | b"Mojo::Webqq::Base"
        | b"Mojo::Weixin::Base"
        | b"PMLTQ::Base"
        | b"Rethinkdb::Base" => inherit::first,
        b"Package::Variant" => inherit::package_variant,
        b"Test::Class::Most" => inherit::test_class_most,
        b"Test::Needs" | b"Test::Requires" => loader::test_requires,
        b"Test2::Require::Module" => loader::test_require,
        _ => return None,
    };
    Some(reader)
}

/// Whether a module may export one of the functions below.
pub(super) fn may_export(module: &[u8]) -> bool {
    module.len() >= 2
        && (module.first().is_some_and(u8::is_ascii_uppercase)
            || matches!(module, b"feature" | b"experimental"))
}

/// The functions: their names, and what reads their arguments. The place of a
/// function here is its bit in [`Functions`].
const FUNCTIONS: [(&[u8], Reader); 22] = [
    (b"extends", inherit::with),
    (b"with", inherit::with),
    (b"class", inherit::class),
    (b"role", inherit::class),
    (b"load_class", loader::load),
    (b"try_load_class", loader::load_optional),
    (b"load_optional_class", loader::load_optional),
    (b"load_first_existing_class", loader::load_first),
    (b"use_module", loader::load),
    (b"require_module", loader::load),
    (b"use_package_optimistically", loader::load_optional),
    (b"load", loader::load_word),
    (b"autoload", loader::load_word),
    (b"load_remote", loader::load_remote),
    (b"autoload_remote", loader::load_remote),
    (b"can_load", loader::can_load),
    (b"test_requires", loader::test_require),
    (b"test_needs", loader::test_requires),
    (b"use_ok", loader::load),
    (b"require_ok", loader::load_word),
    (b"enable", pragma::middleware),
    (b"enable_if", pragma::middleware_if),
];

const EXTENDS: u32 = 1;
const WITH: u32 = 1 << 1;
const CLASSES: u32 = 1 << 2 | 1 << 3;

/// What a module exports without being asked, and what by name.
type Exports = (&'static [&'static [u8]], &'static [&'static [u8]]);

fn exports(module: &[u8]) -> Exports {
    match module {
        b"Class::Load" => (
            &[],
            &[
                b"load_class",
                b"try_load_class",
                b"load_optional_class",
                b"load_first_existing_class",
            ],
        ),
        b"Module::Runtime" => {
            (&[], &[b"use_module", b"require_module", b"use_package_optimistically"])
        }
        b"Module::Load" => {
            (&[b"load"], &[b"load", b"autoload", b"load_remote", b"autoload_remote"])
        }
        b"Module::Load::Conditional" => (&[], &[b"can_load"]),
        b"Test::More" | b"Test::Most" => (&[b"use_ok", b"require_ok"], &[]),
        b"Test::Requires" => (&[b"test_requires"], &[]),
        b"Test::Needs" => (&[b"test_needs"], &[]),
        b"Plack::Builder" => (&[b"enable", b"enable_if"], &[]),
        _ => (&[], &[]),
    }
}

/// Modules that export `extends` and `with`, `with` alone, `extends` alone,
/// although their names don't tell (Perl::PrereqScanner::NotQuiteLite knows
/// these).
const BOTH: &[&[u8]] = &[
    b"Any::Moose",
    b"App::wmiirc::Plugin",
    b"Ark",
    b"Bot::Backbone::Service",
    b"Bubblegum::Class",
    b"CPAN::Testers::Backend::Base",
    b"CatalystX::Declare",
    b"Cogwheel",
    b"DBICx::Modeler::Model",
    b"Dancer2::Plugin",
    b"Data::Object::Class",
    b"Elastic::Doc",
    b"Fey::ORM::Table",
    b"Form::Factory::Processor",
    b"Jedi::App",
    b"Momo",
    b"Moonshine::Magic",
    b"Moos",
    b"Moxie",
    b"Nile::Base",
    b"Parse::FixedRecord",
    b"Pcore",
    b"Reaction::Class",
    b"Reaction::UI::WidgetClass",
    b"Squirrel",
    b"Statocles::Base",
    b"TAEB::OO",
    b"Test::Able",
    b"Test::Roo",
    b"Web::Simple",
    b"XML::Rabbit",
];
const WITH_ALONE: &[&[u8]] = &[
    b"Mason::PluginRole",
    b"Mojo::RoleTiny",
    b"Reflex::Role",
    b"Template::Caribou",
    b"Test::Routine",
];
const EXTENDS_ALONE: &[&[u8]] = &[
    b"Lingy::Base",
    b"Mo",
    b"OptArgs2::Mo",
    b"Pegex::Base",
    b"TestML::Base",
    b"Type::Utils",
    b"VSO",
];

/// The parts of a name by which a module is taken for one of an object system.
const OBJECT_SYSTEMS: [&[u8]; 7] =
    [b"Moose", b"MooseX", b"Mouse", b"MouseX", b"Moo", b"MooX", b"Antlers"];

/// The functions that code may call by their names.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Functions {
    /// Their places in [`FUNCTIONS`].
    bits: u32,
    /// The lengths of their names, so that most words need not be looked at.
    lengths: u32,
}

impl Functions {
    /// Whether one of them has a name of this length.
    #[inline]
    pub(super) fn has_length(self, length: u32) -> bool {
        length < u32::BITS && self.lengths >> length & 1 != 0
    }

    fn set(&mut self, bits: u32) {
        self.bits = bits;
        self.lengths = 0;
        for (at, (name, _)) in FUNCTIONS.iter().enumerate() {
            if bits >> at & 1 != 0 {
                self.lengths |= 1 << name.len();
            }
        }
    }

    /// What is imported by `use MODULE`. `list` are the strings of its list;
    /// `()` imports nothing.
    pub(super) fn import(&mut self, module: &[u8], list: &[&[u8]], is_empty_list: bool) {
        if is_empty_list {
            return;
        }
        let mut bits = self.bits | of_objects(module);
        let (by_default, by_name) = exports(module);
        let all = list.iter().any(|name| name.eq_ignore_ascii_case(b":all"));
        for name in by_name.iter().filter(|name| all || list.contains(*name)) {
            bits |= bit(name);
        }
        if list.is_empty() || by_name.is_empty() {
            for name in by_default {
                bits |= bit(name);
            }
        }
        let says = |words: &[&[u8]]| list.iter().any(|name| words.contains(name));
        match module {
            b"Mojo::Base" if says(&[b"-role"]) => bits |= WITH,
            b"Mojo::Loader" if says(&[b"load_class"]) => bits |= bit(b"load_class"),
            b"Class::Accessor"
            | b"Class::Accessor::Fast"
            | b"Class::Accessor::Faster"
            | b"Class::XSAccessor::Compat"
                if says(&[b"antlers", b"moose-like", b"mooselike"]) =>
            {
                bits |= EXTENDS;
            }
            b"feature" | b"experimental" if says(&[b"class"]) => bits |= CLASSES,
            b"Object::Pad" | b"Feature::Compat::Class" => bits |= CLASSES,
            b"MooseX::Declare" => bits |= CLASSES | EXTENDS | WITH,
            _ => {}
        }
        if bits != self.bits {
            self.set(bits);
        }
    }

    /// What `no MODULE` takes back.
    pub(super) fn remove(&mut self, module: &[u8]) {
        let bits = self.bits & !of_objects(module);
        if bits != self.bits {
            self.set(bits);
        }
    }

    /// What reads the arguments of a function, when it has been imported or is
    /// called by its full name.
    pub(super) fn reader(self, name: &[u8]) -> Option<Reader> {
        if let Some(at) = memchr::memmem::rfind(name, b"::") {
            let (module, name) = (name.get(..at)?, name.get(at + 2..)?);
            let (by_default, by_name) = exports(module);
            let known = by_default.contains(&name) || by_name.contains(&name);
            return known.then(|| find(name)).flatten().map(|(_, reader)| reader);
        }
        let (at, reader) = find(name)?;
        (self.bits >> at & 1 != 0).then_some(reader)
    }
}

fn find(name: &[u8]) -> Option<(usize, Reader)> {
    let at = FUNCTIONS.iter().position(|(function, _)| *function == name)?;
    FUNCTIONS.get(at).map(|(_, reader)| (at, *reader))
}

fn bit(name: &[u8]) -> u32 {
    find(name).map_or(0, |(at, _)| 1 << at)
}

fn of_objects(module: &[u8]) -> u32 {
    if WITH_ALONE.contains(&module) {
        return WITH;
    }
    if EXTENDS_ALONE.contains(&module) {
        return EXTENDS;
    }
    if BOTH.contains(&module) {
        return EXTENDS | WITH;
    }
    let mut found = 0;
    for part in module.split(|byte| *byte == b':') {
        if part == b"Role" {
            return WITH;
        }
        if OBJECT_SYSTEMS.contains(&part) {
            found = EXTENDS | WITH;
        }
    }
    found
}
