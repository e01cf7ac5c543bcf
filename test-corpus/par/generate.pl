#!/usr/bin/env perl
# Makes app.par and perl.par with the zip program from made-up files: what pp puts into one
# (a manifest, a script, modules below lib/), and a fat-packed script.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use FindBin;

my %file = (
    'MANIFEST'            => "lib/HTTP/Tiny.pm\nlib/Tiny/Thing.pm\nscript/main.pl\n",
    'META.yml'            => "build_requires: {}\nname: app\npar:\n  version: 1.0\n",
    'lib/HTTP/Tiny.pm'    => "package HTTP::Tiny; # made up, with a real module's name\nour \$VERSION = '0.017';\n1;\n",
    'lib/Tiny/Thing.pm'   => "package Tiny::Thing;\nour \$VERSION = '0.012';\n1;\n" . "# filler\n" x 200,
    'script/main.pl'      => "use HTTP::Tiny;\nprint HTTP::Tiny->VERSION;\n",
    'script/packed.pl'    => do { local $/; open my $f, '<:raw', "$FindBin::Bin/../fatpack/packed.pl" or die $!; <$f> },
);
# What a program of pp carries of perl itself: Config has its version.
my %perl = (
    'lib/Class/Struct.pm' => "package Class::Struct;\nour \$VERSION = '0.66';\n1;\n",
    'lib/Config.pm'       => "package Config;\n\$Config::VERSION = \"5.036000\";\n1;\n",
);
pack_files('app.par', %file);
pack_files('perl.par', %perl);

sub pack_files {
    my ($archive, %file) = @_;
    my $folder = tempdir(CLEANUP => 1);
    for my $name (sort keys %file) {
        make_path(dirname("$folder/$name"));
        open my $out, '>:raw', "$folder/$name" or die $!;
        print {$out} $file{$name};
        close $out or die $!;
        utime 1_700_000_000, 1_700_000_000, "$folder/$name";
    }
    unlink "$FindBin::Bin/$archive";
    local $ENV{TZ} = 'UTC';
    system("cd '$folder' && zip -qX '$FindBin::Bin/$archive' @{[sort keys %file]}") == 0 or die;
}
