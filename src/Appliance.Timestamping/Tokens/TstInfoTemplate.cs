using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping.Tokens;

/// <summary>A unit's TSTInfo: what does not change is encoded once, the rest is written around it.</summary>
internal sealed class TstInfoTemplate
{
    /// <summary>Identifier and length octets that a TSTInfo below 64 KiB has at most.</summary>
    private const int HeaderRoom = 4;

    private static readonly Asn1Tag s_directoryName = new(TagClass.ContextSpecific, 4, isConstructed: true);
    private static readonly Asn1Tag s_tsa = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private readonly byte[][] _starts;
    private readonly byte[] _accuracy;
    private readonly byte[] _end;
    private readonly int _digits;

    /// <param name="policies">Dotted decimal; the index is what <see cref="Write"/> takes.</param>
    /// <param name="accuracy">Written into each token.</param>
    /// <param name="name">Subject of the certificate for the tsa field; null leaves it out.</param>
    /// <param name="isQualified">Adds the qcStatements extension (EN 319 422 clause 9.1).</param>
    public TstInfoTemplate(
        IEnumerable<string> policies, TimestampAccuracy accuracy, X500DistinguishedName? name, bool isQualified)
    {
        _starts = [.. policies.Select(policy => (byte[])[Der.Integer, 1, 1, .. Der.EncodeOid(policy)])];
        _digits = accuracy.Micros != 0 ? 6 : 3;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        accuracy.Encode(writer);
        _accuracy = writer.Encode();
        _end = [.. EncodeName(name), .. isQualified ? EncodeStatement() : []];
        MaxLength = HeaderRoom + _starts.Max(start => start.Length) + ImprintRoom
            + Der.SizeOf(SerialNumbers.Length) + GenTime.MaxLength + _accuracy.Length
            + Der.SizeOf(TimestampRequest.MaxNonceLength) + _end.Length;
    }

    /// <summary>Bytes that the buffer of <see cref="Write"/> needs.</summary>
    public int MaxLength { get; }

    /// <summary>Octets of a MessageImprint with SHA-512 and NULL parameters, rounded up.</summary>
    private static int ImprintRoom => 96;

    /// <summary>A time as genTime says it.</summary>
    public long Cut(long utcTicks)
        => utcTicks - (utcTicks % (_digits == 3 ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond));

    /// <summary>DER of the tsa field; empty without a name.</summary>
    public static byte[] EncodeName(X500DistinguishedName? name)
    {
        if (name is null)
        {
            return [];
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(s_tsa))
        using (writer.PushSequence(s_directoryName))
        {
            writer.WriteEncodedValue(name.RawData);
        }

        return writer.Encode();
    }

    /// <summary>DER of the extensions field with id-etsi-tsts-EuQCompliance, not critical.</summary>
    public static byte[] EncodeStatement()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(s_extensions))
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.QcStatements);
            using (writer.PushOctetString())
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Oids.EuQCompliance);
            }
        }

        return writer.Encode();
    }

    /// <summary>Writes a TSTInfo into the buffer, not from its beginning.</summary>
    /// <param name="buffer">Of <see cref="MaxLength"/> bytes.</param>
    /// <param name="policy">Index of the policy.</param>
    /// <param name="request">Imprint and nonce; one that the unit has accepted.</param>
    /// <param name="serial">Of <see cref="SerialNumbers"/>.</param>
    /// <param name="utcTicks">The time.</param>
    /// <returns>Where it lies in the buffer.</returns>
    public Range Write(
        Span<byte> buffer, int policy, in TimestampRequest request, ReadOnlySpan<byte> serial, long utcTicks)
    {
        var contents = buffer[HeaderRoom..];
        var cursor = new DerCursor(contents);
        cursor.Raw(_starts[policy]);
        cursor.Raw(request.Imprint.Span);
        cursor.Value(Der.Integer, serial);
        Span<byte> time = stackalloc byte[GenTime.MaxLength];
        cursor.Raw(time[..GenTime.Write(time, utcTicks, _digits)]);
        cursor.Raw(_accuracy);
        if (!request.Nonce.IsEmpty)
        {
            cursor.Value(Der.Integer, request.Nonce.Span);
        }

        cursor.Raw(_end);
        var length = cursor.Position;
        var start = HeaderRoom - Der.HeaderSize(length);
        new DerCursor(buffer[start..]).Header(Der.Sequence, length);
        return start..(HeaderRoom + length);
    }
}
