using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Commerce.Drops;

/// <summary>
/// The order that is drawn among those who came before the start: a Fisher-Yates shuffle whose numbers follow from a seed, so that anybody who knows the seed can
/// draw it again. The n-th number is taken from SHA-256(seed ‖ counter), four bytes at a time, and one that would favour somebody is passed over.
/// </summary>
public static class Lottery
{
    /// <summary>Place (from 0) of every ticket.</summary>
    /// <param name="seed">In hex, as it was published.</param>
    /// <param name="count">How many took part.</param>
    public static int[] Places(string seed, int count)
    {
        var numbers = new Numbers(Convert.FromHexString(seed));
        var places = new int[count];
        for (var i = 0; i < count; i++)
        {
            places[i] = i;
        }

        for (var i = count - 1; i > 0; i--)
        {
            var other = (int)numbers.Below((uint)i + 1);
            (places[i], places[other]) = (places[other], places[i]);
        }

        return places;
    }

    /// <summary>Ticket of every place: the other way round.</summary>
    public static int[] Tickets(int[] places)
    {
        var tickets = new int[places.Length];
        for (var ticket = 0; ticket < places.Length; ticket++)
        {
            tickets[places[ticket]] = ticket;
        }

        return tickets;
    }

    private sealed class Numbers(byte[] seed)
    {
        private readonly byte[] block = new byte[32];
        private int left;
        private ulong counter;

        /// <summary>A number from 0 to below <paramref name="limit"/>, each as likely as any other.</summary>
        public uint Below(uint limit)
        {
            var fair = uint.MaxValue - (uint.MaxValue % limit + 1) % limit;
            uint number;
            do
            {
                number = Next();
            }
            while (number > fair);

            return number % limit;
        }

        private uint Next()
        {
            if (left == 0)
            {
                Span<byte> input = stackalloc byte[seed.Length + sizeof(ulong)];
                seed.CopyTo(input);
                BinaryPrimitives.WriteUInt64BigEndian(input[seed.Length..], counter++);
                SHA256.HashData(input, block);
                left = block.Length;
            }

            left -= sizeof(uint);
            return BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(left));
        }
    }
}
