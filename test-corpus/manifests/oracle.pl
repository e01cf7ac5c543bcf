#!/usr/bin/perl
# What CPAN::Meta (core) reads out of META.json and META.yml files: for each file
# `file PATH`, then `prereq FEATURE PHASE RELATION MODULE RANGE` lines, or
# `error MESSAGE`. Nothing of the archives is run.
use strict;
use warnings;
use CPAN::Meta;

binmode STDOUT, ':encoding(UTF-8)';
local $SIG{__WARN__} = sub { };
for my $file (@ARGV) {
    print "file\t$file\n";
    my $meta = eval { CPAN::Meta->load_file( $file, { lazy_validation => 1 } ) };
    if ( !$meta ) {
        ( my $error = "$@" ) =~ s/\s+/ /g;
        print "error\t$error\n";
        next;
    }
    print "dynamic\n" if $meta->dynamic_config;
    print join( "\t", 'identity', $meta->name, $meta->version ), "\n";
    prereqs( '', $meta->effective_prereqs );
    prereqs( $_->identifier, $_->prereqs ) for $meta->features;
}

sub prereqs {
    my ( $feature, $prereqs ) = @_;
    for my $phase (qw( configure build test runtime develop )) {
        for my $relation (qw( requires recommends suggests conflicts )) {
            my $hash = $prereqs->requirements_for( $phase, $relation )->as_string_hash;
            print join( "\t", 'prereq', $feature, $phase, $relation, $_, $hash->{$_} ), "\n"
              for sort keys %$hash;
        }
    }
}
