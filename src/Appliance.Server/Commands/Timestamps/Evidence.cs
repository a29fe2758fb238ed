using System.Formats.Asn1;
using System.Security.Cryptography;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>A file of evidence, told apart by its content whatever its name.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Content">DER of the token, or of the ArchiveTimeStamp.</param>
/// <param name="Hash">By which the document is to be hashed.</param>
internal sealed record Evidence(EvidenceKind Kind, ReadOnlyMemory<byte> Content, HashAlgorithmName Hash)
{
    /// <summary>Larger than any token that an authority makes.</summary>
    public const int LargestFile = 1024 * 1024;

    /// <summary>What evidence of a file is called beside it.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".tsr", ".tst", ".ers"];

    /// <summary>True for a file that is evidence by its name.</summary>
    public static bool IsNamed(string path)
        => Extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="CommandException">It is no evidence; the sentence goes on from the file's name.</exception>
    public static Evidence Read(byte[] content)
    {
        try
        {
            return KindOf(content) switch
            {
                EvidenceKind.Response => OfResponse(TimestampResponse.Decode(content)),
                EvidenceKind.Token => OfToken(EvidenceKind.Token, content),
                EvidenceKind.EvidenceRecord
                    => OfArchive(EvidenceKind.EvidenceRecord, EvidenceRecord.Decode(content)),
                _ => OfArchive(EvidenceKind.ArchiveTimestamp, content),
            };
        }
        catch (AsnContentException error)
        {
            throw new CommandException(
                "It is neither a TimeStampResp nor a token (RFC 3161), ArchiveTimeStamp or EvidenceRecord (RFC 4998) "
                + $"in DER: {FailureText.Printable(error.Message)}.");
        }
    }

    /// <summary>By what their first two fields are; the types share nothing else.</summary>
    private static EvidenceKind KindOf(ReadOnlyMemory<byte> content)
    {
        var outer = new AsnReader(content, AsnEncodingRules.DER);
        var fields = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var first = fields.PeekTag();
        if (first.HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
        {
            return EvidenceKind.Token;
        }

        if (first.HasSameClassAndValue(Asn1Tag.Integer))
        {
            return EvidenceKind.EvidenceRecord;
        }

        return first.HasSameClassAndValue(Asn1Tag.Sequence)
            && fields.ReadSequence().PeekTag().HasSameClassAndValue(Asn1Tag.Integer)
                ? EvidenceKind.Response
                : EvidenceKind.ArchiveTimestamp;
    }

    private static Evidence OfResponse(TimestampResponse response)
        => response.Token.IsEmpty
            ? throw new CommandException(
                $"It holds no time stamp: the authority answered {FailureText.Of(response)}.")
            : OfToken(EvidenceKind.Response, response.Token);

    private static Evidence OfToken(EvidenceKind kind, ReadOnlyMemory<byte> token)
        => new(kind, token, TimestampToken.Decode(token).HashAlgorithm);

    private static Evidence OfArchive(EvidenceKind kind, ReadOnlyMemory<byte> archiveTimestamp)
        => new(kind, archiveTimestamp, ArchiveTimestamp.Decode(archiveTimestamp).HashAlgorithm);
}
