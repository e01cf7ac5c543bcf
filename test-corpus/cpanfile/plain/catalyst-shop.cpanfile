requires 'perl', '5.014';
requires 'Catalyst::Runtime' => '5.90042';
requires 'Catalyst::Plugin::ConfigLoader';
requires 'Catalyst::Action::RenderView';
requires 'Moose';
requires 'namespace::autoclean';
requires 'Config::General'; # this should reflect the config format
on 'test' => sub {
    requires 'Test::More' => '0.88';
};
