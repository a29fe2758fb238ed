using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>What a token says, before anything of it is verified.</summary>
/// <param name="Policy">Dotted decimal.</param>
/// <param name="HashAlgorithm">Of the imprint.</param>
/// <param name="Digest">The imprint's.</param>
/// <param name="SerialNumber">Big-endian.</param>
/// <param name="Time">genTime.</param>
/// <param name="Accuracy">Null when it declares none.</param>
/// <param name="Nonce">Contents octets; empty when it has none.</param>
public readonly record struct TimestampToken(
    string Policy,
    HashAlgorithmName HashAlgorithm,
    ReadOnlyMemory<byte> Digest,
    ReadOnlyMemory<byte> SerialNumber,
    DateTimeOffset Time,
    TimestampAccuracy? Accuracy,
    ReadOnlyMemory<byte> Nonce)
{
    /// <summary>Longest token that is looked at, in bytes; a usual one has 1 to 10 thousand.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Reads a token.</summary>
    /// <param name="token">
    /// The ContentInfo, nothing behind it: DER, as far as RFC 3161 asks for it, which is TSTInfo and what is signed.
    /// </param>
    /// <exception cref="AsnContentException">
    /// Not a token, with an imprint of an unknown hash algorithm or of another length than it has, or with an extension
    /// that is critical: none is known here.
    /// </exception>
    public static TimestampToken Decode(ReadOnlyMemory<byte> token) => Decode(token, out _);

    internal static TimestampToken Decode(ReadOnlyMemory<byte> token, out SignedCms cms)
    {
        if (token.Length > MaxLength)
        {
            throw new AsnContentException("A token that is too long to be looked at.");
        }

        cms = new SignedCms();
        try
        {
            AsnDecoder.ReadEncodedValue(token.Span, AsnEncodingRules.BER, out _, out _, out var read);
            if (read != token.Length)
            {
                throw new AsnContentException("Something stands behind the token.");
            }

            cms.Decode(token.Span);
        }
        catch (CryptographicException e)
        {
            throw new AsnContentException("Not a CMS SignedData.", e);
        }

        if (!string.Equals(cms.ContentInfo.ContentType.Value, Oids.TstInfo, StringComparison.Ordinal))
        {
            throw new AsnContentException("A SignedData whose content is no TSTInfo.");
        }

        var info = TstInfo.Decode(cms.ContentInfo.Content);
        if (info.HasCriticalExtension())
        {
            throw new AsnContentException("A token with a critical extension, of which none is known here.");
        }

        var algorithm = ImprintAlgorithm.All.FirstOrDefault(
            known => string.Equals(known.Oid, info.MessageImprint.HashAlgorithm.Oid, StringComparison.Ordinal));
        if (algorithm.Length == 0 || algorithm.Length != info.MessageImprint.HashedMessage.Length)
        {
            throw new AsnContentException(
                "A token with an imprint of an unknown hash algorithm, or of another length than it has.");
        }

        return new TimestampToken(
            info.Policy,
            algorithm.Name,
            info.MessageImprint.HashedMessage,
            info.SerialNumber,
            info.GenTime,
            info.Accuracy,
            info.Nonce);
    }
}
