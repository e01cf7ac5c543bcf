#!/usr/bin/env perl
# What the real Module::Metadata says of every .pm file below the folders that
# are named: file, package, version (empty for none), one a line. It evaluates
# the lines that it takes for a version's, so name only folders that you trust.
use strict;
use warnings;
use File::Find;
use Module::Metadata;

my @files;
find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.pm\z/ && -f } }, @ARGV);
for my $file (sort @files) {
    my $found = eval {
        local $SIG{__WARN__} = sub { };
        local $SIG{ALRM} = sub { die "too long\n" };
        alarm 10;
        my $found = Module::Metadata->new_from_file($file);
        alarm 0;
        $found;
    };
    alarm 0;
    next if !$found;
    for my $package (sort $found->packages_inside) {
        next if $package eq 'main';
        my $version = $found->version($package);
        printf "%s\t%s\t%s\n", $file, $package, defined $version ? "$version" : '';
    }
}
