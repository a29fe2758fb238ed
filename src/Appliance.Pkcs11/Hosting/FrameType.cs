namespace Appliance.Pkcs11.Hosting;

/// <summary>What a frame between a host process and its parent says.</summary>
internal enum FrameType : byte
{
    /// <summary>Never sent.</summary>
    None,

    /// <summary>To the child, first: the library's path and parameters, as text.</summary>
    Start,

    /// <summary>From the child: the library is initialised; major and minor version of its interface.</summary>
    Started,

    /// <summary>From the child, which then ends: what went wrong (<see cref="StartFailure"/>).</summary>
    StartFailed,

    /// <summary>To the child: a call (<see cref="HostedFunction"/> and its arguments); the answer has its id.</summary>
    Call,

    /// <summary>From the child: the return value of a call, and what it gave out.</summary>
    Return,

    /// <summary>To the child: sign on a token from now on. The id is the slot's number in all that follows.</summary>
    OpenSlot,

    /// <summary>To the child: finish what there is and forget the slot.</summary>
    CloseSlot,

    /// <summary>To the child: take a slot out of service, or back.</summary>
    DrainSlot,

    /// <summary>To the child: keys that are new and hashes to sign.</summary>
    Jobs,

    /// <summary>From the child: what became of jobs.</summary>
    Results,

    /// <summary>From the child, every second and on changes: a slot's status.</summary>
    Status,

    /// <summary>From the child: the slot's login is lost; log in.</summary>
    AskLogin,

    /// <summary>To the child: return value of that login.</summary>
    LoginAnswer,

    /// <summary>From the child: a line for the log.</summary>
    Log,

    /// <summary>From the child, every second: it lives.</summary>
    Alive,

    /// <summary>To the child: finalise the library and end.</summary>
    Stop,
}
