#!/usr/bin/env perl
# Makes the made-up distributions of .ci/resolve: archives in the folder OUT, each
# a release with a Makefile.PL, a META.json and one module (or those it lists).
# Usage: .ci/resolve-dists.pl OUT
use strict;
use warnings;
use File::Path qw(make_path remove_tree);
use JSON::PP ();

my ($out) = @ARGV or die "resolve-dists.pl: name the folder for the archives\n";
my $building = "$out/building";
make_path($building);

# name => { version, configure, build, test, runtime, recommends, suggests, conflicts,
#           modules => { Name => version }, body (more of the modules), meta (json, yml, none), suffix }
my %dists;
sub dist { my ($name, %of) = @_; $dists{$name} = { version => '1.00', meta => 'json', suffix => 'tar.gz', %of } }

# A chain, each link with a floor on the next.
dist("Made-Chain$_", version => "1.0$_", runtime => { 'Made::Chain' . ($_ + 1) => '1.0' . ($_ + 1) }) for 1 .. 6;
dist('Made-Chain7', version => '1.07');
# A diamond, and a leaf of which there is just one version.
dist('Made-Leaf', version => '2.5');
dist('Made-Left', runtime => { 'Made::Leaf' => '1.0' });
dist('Made-Right', runtime => { 'Made::Leaf' => '>= 2, < 3' });
dist('Made-Diamond', runtime => { 'Made::Left' => 0, 'Made::Right' => '0.5' });
# Phases.
dist('Made-Tool', version => 'v1.2.3');
dist('Made-ToolUser', runtime => { 'Made::Chain7' => 0 });
dist('Made-Conf', configure => { 'Made::Tool' => 'v1.2.0' });
dist('Made-ConfDeep', configure => { 'Made::ToolUser' => 0 }, runtime => { 'Made::Leaf' => 0 });
dist('Made-Build', build => { 'Made::Tool' => 0 });
dist('Made-TestOnly', runtime => { 'Made::Chain6' => 0 });
dist('Made-Tested', test => { 'Made::TestOnly' => 0 }, runtime => { 'Made::Leaf' => 0 });
dist('Made-Tested2', test => { 'Made::Nowhere' => 0 });
dist('Made-All', configure => { 'Made::Tool' => 0 }, build => { 'Made::Left' => 0 },
    test => { 'Made::TestOnly' => 0 }, runtime => { 'Made::Right' => 0 });
# Recommended and suggested.
dist('Made-Rec', recommends => { 'Made::Leaf' => 0, 'Made::Nowhere' => 0 }, suggests => { 'Made::Chain7' => 0 });
dist('Made-RecDeep', runtime => { 'Made::Rec' => 0 });
# Dual-life modules, later than any perl has them; perl 5.36 has NEXT 0.69,
# Tie::RefHash 1.40, Text::Balanced 2.04, Memoize 1.03_01.
dist('NEXT', version => '0.99');
dist('Tie-RefHash', version => '1.99', runtime => { 'Made::Leaf' => 0 });
dist('Text-Balanced', version => '2.99');
dist('Memoize', version => '1.99');
dist('Made-CoreLow', runtime => { 'NEXT' => '0.5', 'Text::Balanced' => '2.0', 'strict' => 0, 'List::Util' => 1 });
dist('Made-CoreHigh', runtime => { 'NEXT' => '0.80' });
dist('Made-CoreTop', runtime => { 'NEXT' => '1.5' });
dist('Made-CoreMix', runtime => { 'Tie::RefHash' => '1.50', 'Memoize' => 0, 'Made::CoreHigh' => 0 });
dist('Made-CoreRange', runtime => { 'Memoize' => '< 1.5' });
dist('Made-CoreExact', runtime => { 'Text::Balanced' => '== 2.99' });
dist('Made-CoreNot', runtime => { 'NEXT' => '!= 0.69' });
# What can't be had.
dist('Made-Picky', runtime => { 'Made::Leaf' => '99' });
dist('Made-PickyUser', runtime => { 'Made::Picky' => 0, 'Made::Chain7' => 0 });
dist('Made-Exact', runtime => { 'Made::Leaf' => '== 2.4' });
dist('Made-ExactFit', runtime => { 'Made::Leaf' => '== 2.50' });
dist('Made-Below', runtime => { 'Made::Leaf' => '< 2.5' });
dist('Made-Lost', runtime => { 'Made::Nowhere' => 0, 'Made::Chain6' => 0 });
dist('Made-LostUser', runtime => { 'Made::Lost' => 0 });
dist('Made-LostConf', configure => { 'Made::Nowhere' => 0 }, runtime => { 'Made::Leaf' => 0 });
dist('Made-Future', runtime => { 'perl' => '5.99', 'Made::Leaf' => 0 });
dist('Made-Past', runtime => { 'perl' => '5.006', 'Made::Leaf' => 0 });
dist('Made-CycleA', runtime => { 'Made::CycleB' => 0 });
dist('Made-CycleB', runtime => { 'Made::CycleA' => 0, 'Made::Leaf' => 0 });
# Conflicts, which installers do not look at.
dist('Made-Fights', conflicts => { 'Made::Leaf' => '< 3' });
# Several modules, and a module that two distributions have.
dist('Made-Multi', version => '3.1', modules => { 'Made::Multi' => '3.1', 'Made::Multi::Extra' => '0.7' });
dist('Made-MultiUser', runtime => { 'Made::Multi::Extra' => '0.7' });
dist('Made-MultiHigh', runtime => { 'Made::Multi::Extra' => '3.0' });
dist('Made-Bundle', version => '1.1', modules => { 'Made::Bundle' => '1.1', 'Made::Bundle::Part' => '1.1' },
    runtime => { 'Made::Multi' => 0 });
dist('Made-TwoWays', runtime => { 'Made::Bundle::Part' => 1, 'Made::Bundle' => 1 });
# Without META, with META.yml alone, with a Build.PL's tool, in other packings.
dist('Made-NoMeta', meta => 'none', runtime => { 'Made::Leaf' => '1' });
dist('Made-NoMetaDeep', meta => 'none', runtime => { 'Made::NoMeta' => 0, 'Made::Chain6' => '1.0' });
dist('Made-Yml', meta => 'yml', runtime => { 'Made::Leaf' => '2' });
# Its META.yml has what it tests with under what it is built with, and Makefile.PL does not.
dist('Made-YmlTested', meta => 'yml', build => { 'Made::Tool' => 0 }, test => { 'Made::TestOnly' => 0 });
dist('Made-Zip', suffix => 'zip', runtime => { 'Made::Leaf' => 0 });
dist('Made-Bzip', suffix => 'tar.bz2', runtime => { 'Made::Zip' => 0 });
dist('Made-Tgz', suffix => 'tgz', version => '0.01_02', runtime => { 'Made::Bzip' => 0 });
# Stand-ins for what upstream's archives need to be installed and the mirror does not
# have: what is written in C, and what is not among the archives. Nothing of theirs is
# called while others are installed, but for Module::Build::Tiny, which builds them.
dist('Capture-Tiny', version => '0.48');
dist('CGI', version => '4.54');
dist('Class-Data-Inheritable', version => '0.09');
dist('Clone', version => '0.46');
dist('Clone-Choose', version => '0.010', runtime => { 'Clone' => 0 });
dist('Data-OptList', version => '0.113', runtime => { 'Sub::Install' => '0.921' });
dist('File-Listing', version => '6.15', runtime => { 'HTTP::Date' => 0 });
dist('HTML-Parser', version => '3.81', modules => { map { ("HTML::$_" => '3.81') } qw(Parser Entities HeadParser) },
    runtime => { 'HTML::Tagset' => 0 });
dist('IO-Stringy', version => '2.113', modules => { map { ("IO::$_" => '2.113') } qw(Stringy Scalar WrapTie) });
dist('JSON-MaybeXS', version => '1.004004');
dist('List-MoreUtils', version => '0.430');
dist('List-UtilsBy', version => '0.12');
dist('Log-Any', version => '1.713', modules => { 'Log::Any' => '1.713', 'Log::Any::Adapter' => '1.713' });
dist('Module-Build-Tiny', version => '0.045', modules => { 'Module::Build::Tiny' => '0.045' }, body => <<'PERL');
use Exporter 'import';
use ExtUtils::Install ();
use File::Copy ();
use Getopt::Long ();
use Text::ParseWords ();
our @EXPORT = qw(Build Build_PL);

sub Build_PL {
    open my $file, '>', 'Build' or die "Build: $!";
    print {$file} "#!$^X\nuse Module::Build::Tiny;\nBuild();\n";
    close $file or die "Build: $!";
    chmod 0755, 'Build';
    -f "META.$_" and File::Copy::copy("META.$_", "MYMETA.$_") for qw(json yml);
}

sub Build {
    my $action = @ARGV && $ARGV[0] !~ /^-/ ? shift @ARGV : 'build';
    ExtUtils::Install::install({ 'lib' => 'blib/lib', read => '', write => '' });
    return if $action ne 'install';
    unshift @ARGV, Text::ParseWords::shellwords($ENV{PERL_MB_OPT} // '');
    Getopt::Long::Configure('pass_through');
    Getopt::Long::GetOptions('install_base=s' => \my $base);
    ExtUtils::Install::install({ 'blib/lib' => "$base/lib/perl5", read => '', write => '' });
}
PERL
dist('Params-Util', version => '1.102');
dist('Params-Validate', version => '1.31');
dist('Test-Differences', version => '0.69');
# A wide one.
dist("Made-Wide$_") for 1 .. 5;
dist('Made-Wide', runtime => { map { ("Made::Wide$_" => 1) } 1 .. 5 });

sub put { my ($path, $text) = @_; open my $file, '>', $path or die "$path: $!\n"; print {$file} $text; close $file or die "$path: $!\n" }
sub yaml { my ($key, $of) = @_; return $of && %$of ? join '', map { "$_\n" } "$key:", map { "  $_: '$of->{$_}'" } sort keys %$of : '' }
sub list { my ($of) = @_; my %of = %{ $of || {} }; delete $of{perl}; return join ', ', map { "'$_' => '$of{$_}'" } sort keys %of }

for my $name (sort keys %dists) {
    my $dist = $dists{$name};
    my $top = "$name-$dist->{version}";
    my $folder = "$building/$top";
    remove_tree($folder);
    (my $main = $name) =~ s/-/::/g;
    my $modules = $dist->{modules} || { $main => $dist->{version} };
    for my $module (sort keys %$modules) {
        (my $path = "$folder/lib/$module.pm") =~ s{::}{/}g;
        make_path($path =~ s{/[^/]*$}{}r);
        put($path, "package $module;\nuse strict;\nuse warnings;\nour \$VERSION = '$modules->{$module}';\n"
            . ($dist->{body} // '') . "1;\n");
    }
    my $perl = $dist->{runtime}{perl};
    put("$folder/Makefile.PL", "use ExtUtils::MakeMaker;\nWriteMakefile(\n    NAME => '$main',\n"
        . "    VERSION => '$dist->{version}',\n"
        . ($perl ? "    MIN_PERL_VERSION => '$perl',\n" : '')
        . "    CONFIGURE_REQUIRES => { " . list({ 'ExtUtils::MakeMaker' => 0, %{ $dist->{configure} || {} } }) . " },\n"
        . ($dist->{build} ? "    BUILD_REQUIRES => { " . list($dist->{build}) . " },\n" : '')
        . ($dist->{test} ? "    TEST_REQUIRES => { " . list($dist->{test}) . " },\n" : '')
        . "    PREREQ_PM => { " . list($dist->{runtime}) . " },\n);\n");
    my %prereqs = (
        configure => { requires => { 'ExtUtils::MakeMaker' => '0', %{ $dist->{configure} || {} } } },
        runtime => { map { ($_->[1] => $dist->{ $_->[0] }) } grep { $dist->{ $_->[0] } }
            ([ runtime => 'requires' ], [ recommends => 'recommends' ], [ suggests => 'suggests' ], [ conflicts => 'conflicts' ]) },
        map { ($_ => { requires => $dist->{$_} }) } grep { $dist->{$_} } qw(build test),
    );
    my %head = (name => $name, version => $dist->{version}, abstract => 'made up', author => ['nobody'],
        license => ['perl_5'], generated_by => 'hand', dynamic_config => 0);
    if ($dist->{meta} eq 'json') {
        put("$folder/META.json", JSON::PP->new->canonical->pretty->encode({ %head, release_status =>
            ($dist->{version} =~ /_/ ? 'testing' : 'stable'), 'meta-spec' => { version => '2' }, prereqs => \%prereqs }));
    } elsif ($dist->{meta} eq 'yml') {
        put("$folder/META.yml", "---\nname: $name\nversion: '$dist->{version}'\nabstract: made up\nauthor:\n  - nobody\n"
            . "license: perl\ngenerated_by: hand\ndynamic_config: 0\nmeta-spec:\n  version: '1.4'\n"
            . "configure_requires:\n  ExtUtils::MakeMaker: '0'\n" . yaml(requires => $dist->{runtime})
            . yaml(build_requires => { %{ $dist->{build} || {} }, %{ $dist->{test} || {} } }));
    }
    my $archive = "$out/$top.$dist->{suffix}";
    my @pack = $dist->{suffix} eq 'zip' ? ('perl', '-MArchive::Zip', '-e',
            'my $z = Archive::Zip->new; chdir $ARGV[0] or die; $z->addTree($ARGV[1], $ARGV[1]); $z->writeToFileNamed($ARGV[2]) == 0 or die', $building, $top, $archive)
        : ('tar', '-C', $building, $dist->{suffix} eq 'tar.bz2' ? '-cjf' : '-czf', $archive, $top);
    system(@pack) == 0 or die "can't pack $top\n";
}
remove_tree($building);
print scalar(keys %dists), " made-up distributions\n";
