#!/usr/bin/perl
# Reads TAP as prove does, with TAP::Parser, and compares what it counts with the
# same report as JSON.
#
#   perl .ci/formats.pl FOLDER
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my ($folder) = @ARGV or die "usage: $0 FOLDER\n";
my ( $files, $blocks, @wrong ) = ( 0, 0 );

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

for my $path ( sort glob "$folder/*.tap" ) {
    $files++;
    ( my $json = $path ) =~ s/tap\z/json/;
    my $report = JSON::PP->new->utf8->decode( slurp($json) );
    # What a change has not brought in is counted only.
    my @shown = grep { ( $_->{change} // '' ) ne 'known' } @{ $report->{findings} };
    my @open = grep { !defined $_->{suppressed} } @shown;
    my $fails = grep { $_->{fails} } @open;
    $fails += grep { $_->{fails} } @{ $report->{remarks} };
    my $lost = grep { $_->{kind} eq 'lost' } @{ $report->{problems} };
    my $incomplete = $report->{outcome}{incomplete};
    my %wanted = (
        todo    => scalar( grep { !$_->{fails} } @open ) + ( $incomplete ? 0 : $lost ),
        skipped => @shown - @open,
    );

    my $parser = TAP::Parser->new( { tap => slurp($path) } );
    my $unknown = 0;
    while ( my $result = $parser->next ) {
        $unknown++ if $result->is_unknown;
        next unless $result->is_yaml;
        $blocks++;
        my $data = $result->data;
        push @wrong, "$path: a block that is no mapping" if ref $data ne 'HASH';
        for my $place ( @{ $data->{places} // [] } ) {
            my $keys = ref $place eq 'HASH' ? join ' ', sort keys %$place : 'none';
            push @wrong, "$path: a place of $keys" if $keys ne 'origin place';
        }
    }
    push @wrong, map {"$path: $_"} $parser->parse_errors;
    push @wrong, "$path: $unknown lines that are no TAP" if $unknown;
    push @wrong, "$path: no plan, or not its number" if !$parser->is_good_plan;
    my %got = ( todo => scalar $parser->todo, skipped => scalar $parser->skipped );
    for my $key ( sort keys %wanted ) {
        push @wrong, "$path: $got{$key} $key for $wanted{$key}" if $got{$key} != $wanted{$key};
    }
    my $failed = $parser->failed;
    my $bad    = $report->{outcome}{exit_code} != 0;
    push @wrong, "$path: $failed failed for $fails and $lost" if $failed < $fails;
    push @wrong, "$path: $failed failed, exit code $report->{outcome}{exit_code}"
        if ( $failed > 0 ) != $bad;
}

print STDERR "$_\n" for @wrong;
print "formats.pl: $files reports with $blocks blocks of YAML, ", scalar @wrong, " problems\n";
exit( @wrong || $files < 10 ? 1 : 0 );
