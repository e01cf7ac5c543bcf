#!/usr/bin/env perl
# Writes the core list that `perlscan db build` reads, from the Module::CoreList
# that this perl has: for each module the perls in which its version changed, and
# undef from the perl on that has it no more.
use strict;
use warnings;
use JSON::PP ();
use Module::CoreList ();

# Stable and development perls in order; entries such as 5.012000 and 5.01200 are one.
my %perls = map { sprintf('%.6f', $_) => $_ } keys %Module::CoreList::version;
my %modules;
my %last;
for my $perl (sort keys %perls) {
    my $bundled = $Module::CoreList::version{ $perls{$perl} };
    for my $module (keys %{$bundled}) {
        my $version = $bundled->{$module};
        $version = '' unless defined $version;
        next if exists $last{$module} && defined $last{$module} && $last{$module} eq $version;
        push @{ $modules{$module} }, [ $perl, $version ];
        $last{$module} = $version;
    }
    for my $module (keys %last) {
        next if !defined $last{$module} || exists $bundled->{$module};
        push @{ $modules{$module} }, [ $perl, undef ];
        $last{$module} = undef;
    }
}
my %released;
for my $perl (keys %perls) {
    my $date = $Module::CoreList::released{ $perls{$perl} };
    $released{$perl} = $date if defined $date;
}
print JSON::PP->new->canonical->encode({
    generator => "Module::CoreList $Module::CoreList::VERSION",
    released  => \%released,
    modules   => \%modules,
});
