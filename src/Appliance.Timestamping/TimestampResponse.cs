using System.Formats.Asn1;
using System.Numerics;
using Appliance.Timestamping.Asn1;

namespace Appliance.Timestamping;

/// <summary>TimeStampResp (RFC 3161 section 2.4.2): a status, and a token when it is granted.</summary>
/// <param name="Status">Granted or Rejection, of this authority's responses.</param>
/// <param name="Failure">Why not; None when granted.</param>
/// <param name="Text">The authority's sentence; null for none.</param>
/// <param name="Token">The TimeStampToken, DER of a CMS ContentInfo; empty when there is none.</param>
public readonly record struct TimestampResponse(
    TimestampPkiStatus Status, TimestampFailure Failure, string? Text, ReadOnlyMemory<byte> Token)
{
    private static readonly byte[][] s_refusals =
        [.. Enumerable.Range(0, 26).Select(bit => EncodeRefusal((TimestampFailure)(1 << bit)))];

    /// <summary>The response that refuses, DER; made once for each failure.</summary>
    /// <param name="failure">One failure.</param>
    public static ReadOnlyMemory<byte> Refusal(TimestampFailure failure)
        => s_refusals[BitOperations.TrailingZeroCount(
            (uint)(failure == TimestampFailure.None ? TimestampFailure.SystemFailure : failure))];

    /// <summary>The token inside a response's DER, without copying; empty when there is none.</summary>
    /// <param name="response">DER of a TimeStampResp, nothing behind it; of anything else, nothing.</param>
    public static ReadOnlyMemory<byte> TokenOf(ReadOnlyMemory<byte> response)
    {
        var outer = new DerReader(response.Span);
        if (!outer.TryEnter(Der.Sequence, out var inner) || !inner.TryRead(Der.Sequence, out _)
            || !inner.TryReadEncoded(Der.Sequence, out var token) || !inner.IsAtEnd || !outer.IsAtEnd)
        {
            return default;
        }

        return response[^token.Length..];
    }

    /// <summary>Reads a response.</summary>
    /// <param name="source">DER, nothing behind it.</param>
    /// <exception cref="AsnContentException">
    /// Not a TimeStampResp, or one that is granted without a token or refused with one.
    /// </exception>
    public static TimestampResponse Decode(ReadOnlyMemory<byte> source)
    {
        var outer = new AsnReader(source, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var status = PkiStatusInfo.Decode(sequence);
        var token = sequence.HasData ? sequence.ReadEncodedValue() : default;
        sequence.ThrowIfNotEmpty();
        var isGranted = status.Status is TimestampPkiStatus.Granted or TimestampPkiStatus.GrantedWithMods;
        if (isGranted == token.IsEmpty)
        {
            throw new AsnContentException("A TimeStampResp has a token when it is granted, and only then.");
        }

        return new TimestampResponse(status.Status, status.Failure, status.Text, token);
    }

    /// <summary>DER of this response.</summary>
    public byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            new PkiStatusInfo(Status, Text, Failure).Encode(writer);
            if (!Token.IsEmpty)
            {
                writer.WriteEncodedValue(Token.Span);
            }
        }

        return writer.Encode();
    }

    private static byte[] EncodeRefusal(TimestampFailure failure)
        => new TimestampResponse(TimestampPkiStatus.Rejection, failure, TextOf(failure), default).Encode();

    /// <summary>The name that PKIFailureInfo has for it, <c>badAlg</c> for example; empty for None.</summary>
    /// <param name="failure">One failure.</param>
    public static string NameOf(TimestampFailure failure) => failure switch
    {
        TimestampFailure.None => "",
        TimestampFailure.BadAlgorithm => "badAlg",
        TimestampFailure.BadRequest => "badRequest",
        TimestampFailure.BadDataFormat => "badDataFormat",
        TimestampFailure.TimeNotAvailable => "timeNotAvailable",
        TimestampFailure.UnacceptedPolicy => "unacceptedPolicy",
        TimestampFailure.UnacceptedExtension => "unacceptedExtension",
        TimestampFailure.AdditionalInformationNotAvailable => "addInfoNotAvailable",
        _ => "systemFailure",
    };

    /// <summary>What a failure means, in a sentence.</summary>
    /// <param name="failure">One failure.</param>
    public static string TextOf(TimestampFailure failure) => failure switch
    {
        TimestampFailure.BadAlgorithm => "The imprint's hash algorithm is not accepted.",
        TimestampFailure.BadRequest => "Not a request of version 1 that is served here.",
        TimestampFailure.BadDataFormat => "Not a TimeStampReq in DER, or a digest of the wrong length.",
        TimestampFailure.TimeNotAvailable => "The time is not certain enough at the moment; try again later.",
        TimestampFailure.UnacceptedPolicy => "The requested policy is not served here.",
        TimestampFailure.UnacceptedExtension => "Requests with extensions are not accepted.",
        TimestampFailure.AdditionalInformationNotAvailable => "The additional information is not available.",
        _ => "The authority failed; try again later.",
    };
}
