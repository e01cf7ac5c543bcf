#!/usr/bin/perl
BEGIN {
my %fatpacked;

$fatpacked{"Hostile/Packed.pm"} = '#line '.(1+__LINE__).' "'.__FILE__."\"\n".<<'HOSTILE_PACKED';
  package Hostile::Packed;
  our $VERSION = do { open my $f, '>', 'executed-packed-version'; '1.0' };
  BEGIN { open my $f, '>', 'executed-packed' }
  1;
HOSTILE_PACKED

s/^  //mg for values %fatpacked;

unshift @INC, sub {
    my $fat = $fatpacked{$_[1]} or return;
    open my $handle, '<', \$fat;
    return $handle;
};
}
use Hostile::Packed;
open my $f, '>', 'executed-packed-script';
