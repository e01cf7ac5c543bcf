#!/usr/bin/perl
# What the real Module::CPANfile makes of the files given, for the differential
# test: for each a line "file NAME", then "prereq FEATURE PHASE RELATION MODULE
# RANGE PIN" or "error MESSAGE", with tabs between.
use strict;
use warnings;
use Module::CPANfile;

for my $file (@ARGV) {
    print "file\t$file\n";
    my @lines;
    my $ok = eval {
        local $SIG{__WARN__} = sub { };
        my $cpanfile = Module::CPANfile->load($file);
        my $all = $cpanfile->{_prereqs};
        my $dump = sub {
            my ($feature, $specs) = @_;
            my %pin;
            for my $prereq (@{ $all->{prereqs}{$feature} || [] }) {
                my $options = $prereq->requirement->options;
                $pin{ $prereq->phase }{ $prereq->type }{ $prereq->module }
                    = $options->{dist} // $options->{url} // $options->{git} // '';
            }
            for my $phase (sort keys %$specs) {
                for my $relation (sort keys %{ $specs->{$phase} }) {
                    for my $module (sort keys %{ $specs->{$phase}{$relation} }) {
                        push @lines, join "\t", 'prereq', $feature, $phase, $relation, $module,
                            $specs->{$phase}{$relation}{$module}, $pin{$phase}{$relation}{$module};
                    }
                }
            }
        };
        $dump->('', $cpanfile->prereqs->as_string_hash);
        $dump->($_->identifier, $_->prereqs->as_string_hash)
            for sort { $a->identifier cmp $b->identifier } $cpanfile->features;
        1;
    };
    (my $error = $@ || '') =~ s/\s+/ /g;
    print "$_\n" for $ok ? @lines : "error\t$error";
}
