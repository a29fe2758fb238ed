namespace Appliance.Ledger;

/// <summary>An activation whose MACs are made, ready to be opened in a transaction.</summary>
public sealed class NewActivation
{
    internal NewActivation(in ActivationRequest request, UInt128[] hashMacs)
    {
        Request = request;
        HashMacs = hashMacs;
        Before = hashMacs.Length > 0 ? Repeats.Of(request.Hashes) : null;
    }

    /// <summary>The activation's id.</summary>
    public Guid Id => Request.ActivationId;

    /// <summary>By whom it is authorised.</summary>
    public Guid SignerId => Request.SignerId;

    internal ActivationRequest Request { get; }

    internal UInt128[] HashMacs { get; }

    /// <summary>As <see cref="Repeats.Of"/> says.</summary>
    internal int[]? Before { get; }
}
