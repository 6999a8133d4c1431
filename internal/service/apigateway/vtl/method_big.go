package vtl

import (
	"errors"
	"math/big"
	"math/bits"
)

// bigIntegerMethods are those of java.math.BigInteger, whose arguments are
// BigIntegers too: templates have them from arithmetic that left the longs.
var bigIntegerMethods = numbers(class{
	"add":       {{"b", onBig((*big.Int).Add)}},
	"subtract":  {{"b", onBig((*big.Int).Sub)}},
	"multiply":  {{"b", onBig((*big.Int).Mul)}},
	"divide":    {{"b", notByZero((*big.Int).Quo)}},
	"remainder": {{"b", notByZero((*big.Int).Rem)}},
	"mod":       {{"b", mod}},
	"max":       {{"b", func(x *invocation) (Value, error) { return x.larger(1), nil }}},
	"min":       {{"b", func(x *invocation) (Value, error) { return x.larger(-1), nil }}},
	"negate":    {{"", func(x *invocation) (Value, error) { return new(big.Int).Neg(x.big()), x.allocBits(x.big().BitLen()) }}},
	"abs":       {{"", func(x *invocation) (Value, error) { return new(big.Int).Abs(x.big()), x.allocBits(x.big().BitLen()) }}},
	"signum":    {{"", func(x *invocation) (Value, error) { return int32(x.big().Sign()), nil }}},
	"compareTo": {{"b", func(x *invocation) (Value, error) { return int32(x.big().Cmp(x.bigArg())), nil }}},
	"bitLength": {{"", func(x *invocation) (Value, error) { return int32(complement(x.big()).BitLen()), nil }}},
	"bitCount":  {{"", bitCount}},
})

func (x *invocation) big() *big.Int    { return x.recv.(*big.Int) }
func (x *invocation) bigArg() *big.Int { return x.args[0].(*big.Int) }

// allocBits counts a number of so many bits.
func (x *invocation) allocBits(n int) error { return x.r.alloc(n/8 + elemSize) }

func (x *invocation) larger(sign int) *big.Int {
	if x.big().Cmp(x.bigArg()) == -sign {
		return x.bigArg()
	}
	return x.big()
}

// onBig makes a method of an operation of two numbers, within the bounds that
// arithmetic has.
func onBig(op func(z, x, y *big.Int) *big.Int) func(*invocation) (Value, error) {
	return func(x *invocation) (Value, error) {
		size := x.big().BitLen() + x.bigArg().BitLen()
		if size > 2*maxBits {
			return nil, errTooBig
		}
		if err := x.allocBits(size); err != nil {
			return nil, err
		}
		return op(new(big.Int), x.big(), x.bigArg()), nil
	}
}

func notByZero(op func(z, x, y *big.Int) *big.Int) func(*invocation) (Value, error) {
	do := onBig(op)
	return func(x *invocation) (Value, error) {
		if x.bigArg().Sign() == 0 {
			return nil, errors.New("java.lang.ArithmeticException: BigInteger divide by zero")
		}
		return do(x)
	}
}

func mod(x *invocation) (Value, error) {
	if x.bigArg().Sign() <= 0 {
		return nil, errors.New("java.lang.ArithmeticException: BigInteger: modulus not positive")
	}
	return onBig((*big.Int).Mod)(x)
}

// complement is n, or where n is negative the number whose bits are those of n's
// two's complement that differ from its sign.
func complement(n *big.Int) *big.Int {
	if n.Sign() < 0 {
		return new(big.Int).Not(n)
	}
	return n
}

// bitCount counts the bits that differ from the sign.
func bitCount(x *invocation) (Value, error) {
	if err := x.allocBits(x.big().BitLen()); err != nil {
		return nil, err
	}
	count := 0
	for _, word := range complement(x.big()).Bits() {
		count += bits.OnesCount(uint(word))
	}
	return int32(count), nil
}
