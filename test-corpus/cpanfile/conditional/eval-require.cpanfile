eval { require Some::Missing::Module; requires 'A'; };
requires 'B';
