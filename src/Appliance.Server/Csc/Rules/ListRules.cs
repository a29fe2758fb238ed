using System.Buffers;
using System.Buffers.Text;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>credentials/list: who may be asked about, and the pages of version 1.</summary>
internal static class ListRules
{
    /// <summary>Most entries of one page: the server's own maximum that the standard speaks of.</summary>
    public const int PageLimit = 1_000;

    /// <summary>
    /// A signer's token names its user, who must not be named again; a client's own names none (CSC API v1 11.4).
    /// </summary>
    public static CscError? CheckUser(ListInput input, Caller caller)
    {
        if (caller.IsClient)
        {
            return input.UserId.IsWrongType ? CscErrors.InvalidParameter("userID") : null;
        }

        return input.UserId.State == FieldState.Absent ? null : CscErrors.UserIdPresent;
    }

    /// <summary>
    /// One page of version 1. maxResults that makes no sense is not an error: the server's maximum holds. The token is
    /// the last id of the page before; it opens nothing, as it is looked up among the caller's own.
    /// </summary>
    public static CscError? Page(
        ListInput input, IReadOnlyList<CredentialInfo> all, out List<CredentialInfo> page, out string? next)
    {
        page = [];
        next = null;
        var start = 0;
        if (input.PageToken.State != FieldState.Absent)
        {
            start = FindAfter(input.PageToken, all);
            if (start == 0)
            {
                return CscErrors.InvalidPageToken;
            }
        }

        var size = input.MaxResults is { IsPresent: true, Value: >= 1 and <= PageLimit } wanted
            ? (int)wanted.Value
            : PageLimit;
        page.AddRange(all.Skip(start).Take(size));
        if (page.Count > 0 && start + page.Count < all.Count)
        {
            next = Base64Url.EncodeToString(page[^1].Id.ToByteArray(bigEndian: true));
        }

        return null;
    }

    /// <summary>The index after the credential that the token names; 0 when it names none of these.</summary>
    private static int FindAfter(FieldText token, IReadOnlyList<CredentialInfo> all)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!token.IsPresent || token.Value.Length != 22
            || Base64Url.DecodeFromChars(token.Value, bytes, out _, out var written) != OperationStatus.Done
            || written != bytes.Length)
        {
            return 0;
        }

        var id = new Guid(bytes, bigEndian: true);
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Id == id)
            {
                return i + 1;
            }
        }

        return 0;
    }
}
