using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Pricing;

/// <summary>The name of a price: a hash of everything that goes into it, in an order of its own.</summary>
/// <remarks>The moment is in it by what it selects: the versions of price lists and promotions, the rates. Neither names nor ids of lines are.</remarks>
internal static class QuoteId
{
    private const string Prefix = "qt_", Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Length = 26;

    /// <param name="order">Positions of the lines by SKU.</param>
    public static string Of(Quote quote, ImmutableArray<int> order)
    {
        var writer = new Writer();
        try
        {
            Write(ref writer, quote, order);

            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(writer.Written, hash);

            return Name(hash);
        }
        finally
        {
            writer.Return();
        }
    }

    private static void Write(ref Writer writer, Quote quote, ImmutableArray<int> order)
    {
        writer.Text(quote.Channel);
        writer.Text(quote.Currency);
        writer.Number(quote.TaxInclusive ? 1 : 0);
        writer.Number((long)quote.Rounding.Mode);
        writer.Number((long)quote.Rounding.Level);
        writer.Number(quote.Rounding.Increment);
        writer.Number((long)quote.Rounding.SpreadBy);
        writer.Text(quote.Destination?.Country);
        writer.Text(quote.Destination?.Region);
        writer.Text(quote.Destination?.PostalArea);
        writer.Text(quote.Destination?.BusinessIn);
        writer.Texts(quote.CustomerGroups);

        writer.Number(order.Length);
        foreach (var position in order)
        {
            var line = quote.Lines[position];
            writer.Text(line.Sku);
            writer.Number(line.Quantity);
            writer.Number(line.UnitPrice.Amount);
            writer.Text(line.PriceList);
            writer.Text(line.TaxCategory);
            writer.Text(line.GiftOf);
            Write(ref writer, line.Taxes, quote.TaxArithmetic);
        }

        writer.Number(quote.Promotions.Length);
        foreach (var promotion in quote.Promotions)
        {
            writer.Text(promotion.Id);
            writer.Number(promotion.Version);
        }

        writer.Number(quote.CouponOutcomes.Length);
        foreach (var coupon in quote.CouponOutcomes)
        {
            writer.Text(coupon.Code);
            writer.Text(coupon.Promotion);
            writer.Text(coupon.Why);
        }

        writer.Text(quote.Shipping?.Method);
        writer.Number(quote.Shipping?.Price.Amount ?? 0);
        Write(ref writer, quote.Shipping?.Taxes ?? [], quote.TaxArithmetic);
        writer.Text(quote.TaxedBy);
        writer.Number(quote.TaxEstimated ? 1 : 0);
    }

    /// <summary>Rates, and the amounts where these do not follow from them.</summary>
    private static void Write(ref Writer writer, ImmutableArray<AppliedTax> taxes, bool arithmetic)
    {
        writer.Number(taxes.Length);
        foreach (var tax in taxes)
        {
            writer.Text(tax.Jurisdiction);
            writer.Text(tax.Name);
            writer.Rate(tax.Rate);
            writer.Number(arithmetic ? 0 : tax.Amount.Amount);
        }
    }

    /// <summary>130 bits of the hash, five a letter.</summary>
    private static string Name(ReadOnlySpan<byte> hash)
    {
        Span<char> name = stackalloc char[Prefix.Length + Length];
        Prefix.CopyTo(name);

        for (var i = 0; i < Length; i++)
        {
            var bit = i * 5;
            var window = BinaryPrimitives.ReadUInt16BigEndian(hash[(bit / 8)..]);
            name[Prefix.Length + i] = Alphabet[(window >> (11 - (bit % 8))) & 31];
        }

        return new string(name);
    }

    /// <summary>Bytes without ambiguity: every text carries its length.</summary>
    private ref struct Writer
    {
        private byte[] bytes = ArrayPool<byte>.Shared.Rent(1024);
        private int count;

        public Writer()
        {
        }

        public readonly ReadOnlySpan<byte> Written => bytes.AsSpan(0, count);

        public void Number(long number) => BinaryPrimitives.WriteInt64LittleEndian(Next(sizeof(long)), number);

        /// <summary>0.19 and 0.190 are one rate.</summary>
        public void Rate(decimal rate)
        {
            Span<int> parts = stackalloc int[4];
            decimal.GetBits(rate / 1.0000000000000000000000000000m, parts);
            foreach (var part in parts)
            {
                BinaryPrimitives.WriteInt32LittleEndian(Next(sizeof(int)), part);
            }
        }

        /// <summary>Nothing and an empty text differ.</summary>
        public void Text(string? text)
        {
            Number(text?.Length ?? -1);
            if (text is not null)
            {
                var written = Encoding.UTF8.GetBytes(text, Next(Encoding.UTF8.GetMaxByteCount(text.Length)));
                count -= Encoding.UTF8.GetMaxByteCount(text.Length) - written;
            }
        }

        public void Texts(ImmutableArray<string> texts)
        {
            Number(texts.Length);
            foreach (var text in texts)
            {
                Text(text);
            }
        }

        public readonly void Return() => ArrayPool<byte>.Shared.Return(bytes);

        private Span<byte> Next(int size)
        {
            if (count + size > bytes.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, count + size));
                Written.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(bytes);
                bytes = larger;
            }

            count += size;

            return bytes.AsSpan(count - size, size);
        }
    }
}
