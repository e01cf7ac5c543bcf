requires 'perl', '5.012000';

requires 'Apache::LogFormat::Compiler', '0.33';
requires 'Cookie::Baker', '0.07';
requires 'Devel::StackTrace', '1.23';
requires 'Filesys::Notify::Simple';
requires 'HTTP::Entity::Parser', 0.25;
requires 'HTTP::Headers::Fast', 0.18;
requires 'Hash::MultiValue', '0.05';
requires 'Stream::Buffered', '0.02';
requires 'Try::Tiny';
requires 'URI', '1.59';
requires 'parent';

on test => sub {
    requires 'Test::More', '0.88';
    requires 'Test::Requires';
    suggests 'Authen::Simple::Passwd';
    suggests 'MIME::Types';
    suggests 'CGI::Compile';
};

feature 'CGI' => sub { recommends 'CGI::Emulate::PSGI'; };
feature 'FastCGI', 'FCGI server' => sub {
    requires 'FCGI';
    requires 'FCGI::ProcManager';
};
