using System.Buffers.Binary;

namespace Appliance.Factors.Secrets;

/// <summary>
/// Seals a TOTP secret for the store. Signer, factor and the parameters of the codes are associated data: a ciphertext
/// moved to another row, or a row made to take shorter or longer-lived codes, does not open.
/// </summary>
internal static class TotpSecretSeal
{
    internal const int KeyLength = 32;
    internal const int MaximumSecret = 64;

    private const int BindingLength = 1 + 16 + 16 + (3 * sizeof(int));

    internal static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> secret, in TotpBinding binding)
    {
        Span<byte> bound = stackalloc byte[BindingLength];
        Write(binding, bound);
        return Sealed.Seal(key, secret, bound);
    }

    /// <summary>Opens a sealed secret into a buffer that the caller zeroes; false when it is not ours.</summary>
    internal static bool TryOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, in TotpBinding binding, Span<byte> secret, out int length)
    {
        Span<byte> bound = stackalloc byte[BindingLength];
        Write(binding, bound);
        return Sealed.TryOpen(key, stored, bound, secret, out length) && length > 0;
    }

    private static void Write(in TotpBinding binding, Span<byte> bound)
    {
        bound[0] = Sealed.Version;
        binding.SignerId.TryWriteBytes(bound[1..], bigEndian: true, out _);
        binding.FactorId.TryWriteBytes(bound[17..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bound[33..], binding.Algorithm);
        BinaryPrimitives.WriteInt32BigEndian(bound[37..], binding.Digits);
        BinaryPrimitives.WriteInt32BigEndian(bound[41..], binding.Period);
    }
}
