// Words of the probe language. Where the words of a probe point stand (paths, symbols), PointModes switches to POINT.
lexer grammar ProbeLexer;

options { superClass = PointModes; }

// IDENTIFIER where the source declares a type of that name: see TypeNames.
tokens { TYPE_NAME }

channels { COMMENTS, REJECTED }

LICENSE: 'license';
IMPORT: 'import';
MAP: 'map';
PROBE: 'probe';
TYPEDEF: 'typedef';
CONST: 'const';
STATIC: 'static';
INLINE: 'inline';
VOLATILE: 'volatile';
USER: '__user';
KERNEL: '__kernel';
STRUCT: 'struct';
UNION: 'union';
ENUM: 'enum';
UNSIGNED: 'unsigned';
SIGNED: 'signed';
LONG: 'long';
SHORT: 'short';
INT: 'int';
CHAR: 'char';
IF: 'if';
ELSE: 'else';
FOR: 'for';
WHILE: 'while';
DO: 'do';
SWITCH: 'switch';
CASE: 'case';
DEFAULT: 'default';
BREAK: 'break';
CONTINUE: 'continue';
RETURN: 'return';
GOTO: 'goto';
UNROLL: '#'? 'unroll';
SIZEOF: 'sizeof';
OFFSETOF: 'offsetof';
TRUE: 'true';
FALSE: 'false';
NULL: 'null' | 'NULL';

LBRACE: '{';
RBRACE: '}';
LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
SEMICOLON: ';';
COMMA: ',';
COLON: ':';
QUESTION: '?';
DOT: '.';
ARROW: '->';
INCREMENT: '++';
DECREMENT: '--';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
PERCENT: '%';
AMPERSAND: '&';
PIPE: '|';
CARET: '^';
TILDE: '~';
NOT: '!';
SHIFT_LEFT: '<<';
SHIFT_RIGHT: '>>';
LESS: '<';
GREATER: '>';
LESS_EQUAL: '<=';
GREATER_EQUAL: '>=';
EQUAL: '==';
NOT_EQUAL: '!=';
AND: '&&';
OR: '||';
ASSIGN: '=';
ASSIGN_PLUS: '+=';
ASSIGN_MINUS: '-=';
ASSIGN_STAR: '*=';
ASSIGN_SLASH: '/=';
ASSIGN_PERCENT: '%=';
ASSIGN_AMPERSAND: '&=';
ASSIGN_PIPE: '|=';
ASSIGN_CARET: '^=';
ASSIGN_SHIFT_LEFT: '<<=';
ASSIGN_SHIFT_RIGHT: '>>=';

// Anything that starts with a digit; what is wrong with it is said when its value is taken.
NUMBER: [0-9] [0-9A-Za-z_.]*;
IDENTIFIER: [A-Za-z_] [A-Za-z_0-9]*;
CHARACTER: '\'' ('\\' ~[\r\n] | ~['\\\r\n])* '\'';
STRING: '"' ('\\' ~[\r\n] | ~["\\\r\n])* '"';

SPACE: [ \t\r\n\f\u000B]+ -> skip;
LINE_COMMENT: '//' ~[\r\n]* -> channel(COMMENTS);
COMMENT: '/*' .*? '*/' -> channel(COMMENTS);
OPEN_COMMENT: '/*' (~'*' | '*'+ ~[*/])* '*'* -> channel(REJECTED);
OPEN_STRING: '"' ('\\' ~[\r\n] | ~["\\\r\n])* -> channel(REJECTED);
OPEN_CHARACTER: '\'' ('\\' ~[\r\n] | ~['\\\r\n])* -> channel(REJECTED);
DIRECTIVE: '#' [ \t]* ('include' | 'define' | 'undef' | 'if' | 'ifdef' | 'ifndef' | 'else' | 'endif' | 'pragma' | 'line' | 'error')
    (~[\r\nA-Za-z0-9_] ~[\r\n]*)? -> channel(REJECTED);
STRAY: . -> channel(REJECTED);

mode POINT;

POINT_SPACE: [ \t\r\n\f\u000B]+ -> skip;
POINT_LINE_COMMENT: '//' ~[\r\n]* -> channel(COMMENTS);
POINT_COMMENT: '/*' .*? '*/' -> channel(COMMENTS);
RESULT: '->';
POINT_COLON: ':' -> type(COLON);
POINT_COMMA: ',' -> type(COMMA);
POINT_LPAREN: '(' -> type(LPAREN);
POINT_RPAREN: ')' -> type(RPAREN);
POINT_LBRACE: '{' -> type(LBRACE);
POINT_RBRACE: '}' -> type(RBRACE);
POINT_SEMICOLON: ';' -> type(SEMICOLON);
POINT_STRING: '"' ('\\' ~[\r\n] | ~["\\\r\n])* '"' -> type(STRING);
POINT_OPEN_STRING: '"' ('\\' ~[\r\n] | ~["\\\r\n])* -> type(OPEN_STRING), channel(REJECTED);
// A path may hold dashes, but an arrow ends the word.
WORD: (WORD_CHARACTER | '-'+ WORD_CHARACTER)+;
POINT_STRAY: . -> type(STRAY), channel(REJECTED);

fragment WORD_CHARACTER: ~[ \t\r\n\f\u000B\u0000-\u0008,{}();":>-];
