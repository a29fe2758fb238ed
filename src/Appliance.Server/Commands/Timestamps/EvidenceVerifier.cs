using System.Formats.Asn1;
using System.Security.Cryptography;
using Appliance.Timestamping;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>Holds files against their evidence. Any thread.</summary>
internal sealed class EvidenceVerifier(TimestampVerifier verifier)
{
    /// <summary>Every piece of evidence that lies where that of a file is looked for; one finding when there is none.
    /// </summary>
    public IReadOnlyList<EvidenceFinding> VerifyAll(
        SourceFile file, string? directory, CancellationToken cancellationToken)
    {
        var findings = Evidence.Extensions
            .Select(extension => file.EvidencePath(directory, extension))
            .Where(File.Exists)
            .Select(path => Verify(file.Path, path, cancellationToken))
            .ToList();
        return findings.Count > 0
            ? findings
            : [new EvidenceFinding(
                file.Path, null, null, null, $"There is no evidence ({string.Join(", ", Evidence.Extensions)}).")];
    }

    /// <summary>One file under one piece of evidence.</summary>
    public EvidenceFinding Verify(string file, string path, CancellationToken cancellationToken)
    {
        EvidenceKind? kind = null;
        try
        {
            var evidence = Evidence.Read(FileContent.Read(path, Evidence.LargestFile));
            kind = evidence.Kind;
            var digest = FileDigest.Of(file, evidence.Hash, cancellationToken);
            var result = evidence.Kind is EvidenceKind.Response or EvidenceKind.Token
                ? verifier.Verify(evidence.Content, digest)
                : verifier.VerifyArchive(evidence.Content, digest);
            return new EvidenceFinding(file, path, kind, result, FailureText.Printable(result.Text) + ".");
        }
        catch (CommandException error)
        {
            return new EvidenceFinding(file, path, kind, null, error.Message);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            return new EvidenceFinding(
                file, path, kind, null, $"It cannot be verified: {FailureText.Printable(error.Message)}.");
        }
    }
}
