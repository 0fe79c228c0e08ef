"""The greeting as a FastAPI application: what the original service did for one customer."""
import os

from fastapi import FastAPI, HTTPException

GREETINGS = {"A": "Hi!", "B": "Dear Sir or Madam!", "C": "Moin!"}
app = FastAPI()


@app.get("/")
async def greet():
    greeting = GREETINGS.get(os.environ.get("CUSTOMER_NAME", ""))
    if greeting is None:
        raise HTTPException(status_code=404, detail="unknown customer")
    return {"response": greeting}
