using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Commerce.Carts;

namespace Commerce.Pricing;

/// <summary>The name of a price: a hash of everything that makes it, in an order of its own. Neither the clock, nor names, nor ids of lines are in it.</summary>
internal static class QuoteId
{
    private const string Prefix = "qt_", Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Length = 26;

    public static string Of(Quote quote, Discounted discounted, Destination? destination)
    {
        var writer = new Writer();
        try
        {
            Write(ref writer, quote, discounted, destination);

            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(writer.Written, hash);

            return Name(hash);
        }
        finally
        {
            writer.Return();
        }
    }

    private static void Write(ref Writer writer, Quote quote, Discounted discounted, Destination? destination)
    {
        writer.Text(quote.Channel);
        writer.Text(quote.Currency);
        writer.Number(quote.TaxInclusive ? 1 : 0);
        writer.Number((long)quote.Rounding.Mode);
        writer.Number((long)quote.Rounding.Level);
        writer.Number(quote.Rounding.Increment);
        writer.Number(quote.TaxKnown ? 1 : 0);
        writer.Text(destination?.Country);
        writer.Text(destination?.Region);

        writer.Number(discounted.Order.Length);
        foreach (var position in discounted.Order)
        {
            var line = quote.Lines[position];
            writer.Text(line.Sku);
            writer.Number(line.Quantity);
            writer.Number(line.UnitPrice.Amount);
            writer.Text(discounted.Basket.Lines[position].TaxCategory);
            Write(ref writer, line.Adjustments);
            Write(ref writer, line.Taxes);
        }

        writer.Text(quote.Shipping?.Method);
        writer.Number(quote.Shipping?.Price.Amount ?? 0);
        Write(ref writer, quote.Shipping?.Taxes ?? []);
    }

    private static void Write(ref Writer writer, ImmutableArray<Adjustment> adjustments)
    {
        writer.Number(adjustments.Length);
        foreach (var adjustment in adjustments)
        {
            writer.Text(adjustment.Source);
            writer.Number(adjustment.Amount.Amount);
        }
    }

    private static void Write(ref Writer writer, ImmutableArray<AppliedTax> taxes)
    {
        writer.Number(taxes.Length);
        foreach (var tax in taxes)
        {
            writer.Text(tax.Jurisdiction);
            writer.Text(tax.Name);
            writer.Rate(tax.Rate);
            writer.Number(tax.Amount.Amount);
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
