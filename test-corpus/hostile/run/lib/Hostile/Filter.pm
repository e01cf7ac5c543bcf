package Hostile::Filter;
use Filter::Util::Call;
sub import {
    my $done;
    filter_add(sub {
        my $status = filter_read();
        $_ = "BEGIN { open my \$f, '>', 'executed-filter' }\n$_" unless $done++;
        $status;
    });
}
1;
