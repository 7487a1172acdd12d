// The shape of probe files. Decidable with little lookahead: type names are tokens of their own.
parser grammar ProbeParser;

options { tokenVocab = ProbeLexer; superClass = BoundedParser; }

unit: declaration* EOF;

declaration
    : LICENSE STRING SEMICOLON # licenseDeclaration
    | IMPORT importName SEMICOLON # importDeclaration
    | MAP kind=IDENTIFIER typeArguments? mapArguments? name mapArguments? SEMICOLON # mapDeclaration
    | PROBE point (COMMA point)* block # probeDeclaration
    | TYPEDEF specifier declarator (COMMA declarator)* SEMICOLON # typedefDeclaration
    | specifier (SEMICOLON | declarator (functionRest | variableRest)) # typedDeclaration
    | SEMICOLON # emptyDeclaration
    ;

importName: (IDENTIFIER | STRING) (DOT IDENTIFIER)*;
typeArguments: LESS typeName (COMMA typeName)* GREATER;
mapArguments: LPAREN arguments? RPAREN;
functionRest: LPAREN parameters? RPAREN (block | SEMICOLON);
variableRest: initial? (COMMA initialDeclarator)* SEMICOLON;

point: part (COLON part?)* (LPAREN parameters? RPAREN)? (RESULT resultType)?;
resultType: qualifier* plainType qualifier* star*;
part: (WORD | STRING)+;
parameters: parameter (COMMA parameter)*;
parameter: specifier star* name? dimension*;

specifier: qualifier* baseType qualifier*;
qualifier: CONST | STATIC | INLINE | VOLATILE | USER | KERNEL;
baseType
    : numbers # numberType
    | TYPE_NAME # namedType
    | (STRUCT | UNION) name? memberList? # structType
    | ENUM name? (COLON plainType)? enumList? # enumType
    ;
numbers: numberWord+;
// Types where a brace that follows is not theirs: one that might be would have to be followed to its end to know.
plainType
    : numbers # plainNumber
    | TYPE_NAME # plainName
    | (STRUCT | UNION | ENUM) name # plainTag
    ;
numberWord: UNSIGNED | SIGNED | LONG | SHORT | INT | CHAR;
memberList: LBRACE memberDeclaration* RBRACE;
memberDeclaration: specifier (member (COMMA member)*)? SEMICOLON;
member: declarator (COLON expression)?;
enumList: LBRACE (enumConstant (COMMA enumConstant)* COMMA?)? RBRACE;
enumConstant: name (ASSIGN expression)?;
typeName: specifier star* dimension*;
declarator: star* name dimension*;
star: STAR qualifier*;
dimension: LBRACKET expression? RBRACKET;
initialDeclarator: declarator initial?;
initial: ASSIGN value;
name: IDENTIFIER | TYPE_NAME;

value: expression | initializerList;
initializerList: LBRACE (initializer (COMMA initializer)* COMMA?)? RBRACE;
initializer: (designator+ ASSIGN)? value;
designator: DOT name | LBRACKET expression RBRACKET;

block: LBRACE statement* RBRACE;

statement
    : block # blockStatement
    | SEMICOLON # emptyStatement
    | IF LPAREN expression RPAREN statement (ELSE statement)? # ifStatement
    | UNROLL? FOR LPAREN (localDeclaration | expression? SEMICOLON)
        condition=loopPart? SEMICOLON update=loopPart? RPAREN statement # forStatement
    | UNROLL? WHILE LPAREN expression RPAREN statement # whileStatement
    | UNROLL? DO statement WHILE LPAREN expression RPAREN SEMICOLON # doStatement
    | SWITCH LPAREN expression RPAREN block # switchStatement
    | CASE expression COLON # caseLabel
    | DEFAULT COLON # defaultLabel
    | BREAK SEMICOLON # breakStatement
    | CONTINUE SEMICOLON # continueStatement
    | RETURN value? SEMICOLON # returnStatement
    | GOTO name SEMICOLON # gotoStatement
    | localDeclaration # declarationStatement
    | expression SEMICOLON # expressionStatement
    ;

loopPart: expression;
localDeclaration: specifier (initialDeclarator (COMMA initialDeclarator)*)? SEMICOLON;

// Alternatives from the tightest binding to the loosest.
expression
    : primary # primaryExpression
    | expression LBRACKET value RBRACKET # indexExpression
    | expression LPAREN arguments? RPAREN # callExpression
    | expression (DOT | ARROW) memberName # memberExpression
    | expression (INCREMENT | DECREMENT) # postfixExpression
    | (INCREMENT | DECREMENT | PLUS | MINUS | NOT | TILDE | STAR | AMPERSAND) expression # prefixExpression
    | LPAREN typeName RPAREN (expression | initializerList) # castExpression
    | expression (STAR | SLASH | PERCENT) expression # binaryExpression
    | expression (PLUS | MINUS) expression # binaryExpression
    | expression (SHIFT_LEFT | SHIFT_RIGHT) expression # binaryExpression
    | expression (LESS | GREATER | LESS_EQUAL | GREATER_EQUAL) expression # binaryExpression
    | expression (EQUAL | NOT_EQUAL) expression # binaryExpression
    | expression AMPERSAND expression # binaryExpression
    | expression CARET expression # binaryExpression
    | expression PIPE expression # binaryExpression
    | expression AND expression # binaryExpression
    | expression OR expression # binaryExpression
    | <assoc=right> expression QUESTION expression COLON expression # conditionalExpression
    | expression assignment value # assignExpression
    ;

assignment
    : ASSIGN
    | ASSIGN_PLUS
    | ASSIGN_MINUS
    | ASSIGN_STAR
    | ASSIGN_SLASH
    | ASSIGN_PERCENT
    | ASSIGN_AMPERSAND
    | ASSIGN_PIPE
    | ASSIGN_CARET
    | ASSIGN_SHIFT_LEFT
    | ASSIGN_SHIFT_RIGHT
    ;

primary
    : NUMBER # number
    | CHARACTER # character
    | STRING+ # text
    | (TRUE | FALSE) # truth
    | NULL # nullPointer
    | IDENTIFIER # nameUse
    | LPAREN expression RPAREN # parentheses
    | SIZEOF LPAREN (typeName | expression) RPAREN # sizeofExpression
    | OFFSETOF LPAREN typeName COMMA memberName (DOT memberName)* RPAREN # offsetofExpression
    ;

memberName: name | MAP | LICENSE | IMPORT;
arguments: value (COMMA value)*;
